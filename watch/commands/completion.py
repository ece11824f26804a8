"""``bluerill completion SHELL``: completion scripts, made from the parser itself."""

from __future__ import annotations

import argparse
from importlib import import_module

_BASH = """# bash completion for bluerill:  source <(bluerill completion bash)
_bluerill() {{
  local cur=${{COMP_WORDS[COMP_CWORD]}} verb=${{COMP_WORDS[1]}}
  if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY=($(compgen -W "{verbs}" -- "$cur")); return; fi
  case "$verb" in
{cases}
  esac
  if [ "$verb" = models ] && [ "$COMP_CWORD" -ge 3 ]; then
    case "${{COMP_WORDS[2]}}" in
      {named}) COMPREPLY+=($(compgen -W "$(bluerill models list --names 2>/dev/null)" -- "$cur"));;
    esac
  fi
  [ "${{#COMPREPLY[@]}}" -eq 0 ] && COMPREPLY=($(compgen -f -- "$cur"))
}}
complete -o filenames -F _bluerill bluerill
"""
NAMED = ("pull", "info", "verify", "estimate", "remove")
"""Verbs of ``bluerill models`` that take the name of a card."""
_ZSH = """#compdef bluerill
# zsh completion:  source <(bluerill completion zsh)
autoload -U bashcompinit && bashcompinit
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=["bash", "zsh", "fish"], help="the shell to complete in")


def run(args: argparse.Namespace) -> int:
    words = options()
    if args.shell == "fish":
        print("# fish completion:  bluerill completion fish | source")
        print(f"complete -c bluerill -n __fish_use_subcommand -f -a '{' '.join(words)}'")
        for verb, found in words.items():
            for word in found:
                place = f"complete -c bluerill -n '__fish_seen_subcommand_from {verb}'"
                print(f"{place} -l {word[2:]}" if word.startswith("--") else f"{place} -f -a {word}")
        seen = f"'__fish_seen_subcommand_from models; and __fish_seen_subcommand_from {' '.join(NAMED)}'"
        print(f"complete -c bluerill -n {seen} -a '(bluerill models list --names 2>/dev/null)'")
        return 0
    cases = "\n".join(
        f'    {verb}) COMPREPLY=($(compgen -W "{" ".join(found)}" -- "$cur"));;' for verb, found in words.items()
    )
    script = _BASH.format(verbs=" ".join(words), cases=cases, named="|".join(NAMED))
    print(script if args.shell == "bash" else _ZSH + script, end="")
    return 0


def options() -> dict[str, list[str]]:
    """Every verb with its long options and sub-verbs."""
    cli = import_module("..cli", __package__)
    parser: argparse.ArgumentParser = cli.build_parser()
    found: dict[str, list[str]] = {}
    for verb, sub in _children(parser).items():
        words = [option for action in sub._actions for option in action.option_strings if option.startswith("--")]
        found[verb] = [*_children(sub), *words]
    return found


def _children(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}
