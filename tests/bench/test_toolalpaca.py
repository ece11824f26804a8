from __future__ import annotations

import json
from pathlib import Path

from bluerill.bench import toolalpaca

FUNCTIONS = """1. Name: findBoat
Description: Find a boat.
Input: {"port": "Required. String. The port. One of: [Kiel, Riga]", "seats": "Optional. Integer. How many seats."}
Output: Boats.

2. Name: broken
Description: No.
Input: {"x"}
Output: Nothing.
"""


def answer(action: str, given: str) -> dict[str, str]:
    return {"Action": action, "Action_Input": given}


def test_requests_of_one_call_are_cases_and_others_are_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "toolalpaca_eval"
    folder.mkdir()
    api = {
        "Name": "Boats", "Functions": FUNCTIONS,
        "Instructions": ["a boat in Kiel", "two", "of another's", "of no input", "of none"],
        "Golden_Answers": [
            [answer("findBoat", '{"port": "Kiel"}')],
            [answer("findBoat", "{}"), answer("findBoat", "{}")],
            [answer("findBoat", '{"port": ${port from x}}')],
            [answer("findBoat", '{"sail": 1}')],
            [answer("broken", "{}")],
        ],
    }  # fmt: skip
    (folder / "eval_simulated.json").write_text(json.dumps([api]))
    (folder / "eval_real.json").write_text(json.dumps([{"Name": "None"}]))
    (case,) = toolalpaca.cases(tmp_path)
    assert (case.text, case.truth) == ("a boat in Kiel", [{"findBoat": {"port": ["Kiel"]}}])
    assert case.tools == [{
        "name": "findBoat", "description": "Find a boat.",
        "parameters": {
            "type": "object", "required": ["port"],
            "properties": {
                "port": {"type": "string", "description": "The port. One of: [Kiel, Riga]", "enum": ["Kiel", "Riga"]},
                "seats": {"type": "integer", "description": "How many seats."},
            },
        },
    }]  # fmt: skip
