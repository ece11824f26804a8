"""Names of months, weekdays and halves of the day, by language; texts as the Unicode CLDR gives them.

A small table instead of a library of locales: the renderer has 64 MB. A language that is not here is shown in English.
"""

from __future__ import annotations

from typing import NamedTuple


class Names(NamedTuple):
    """One language. Weekdays begin on Sunday; ``day_first`` says whether the day stands before the month."""

    months: tuple[str, ...]
    months_short: tuple[str, ...]
    days: tuple[str, ...]
    days_short: tuple[str, ...]
    halves: tuple[str, str] = ("AM", "PM")
    day_first: bool = True


def _names(text: str, halves: tuple[str, str] = ("AM", "PM"), day_first: bool = True) -> Names:
    months, short, days, days_short = (tuple(line.split()) for line in text.strip().splitlines())
    return Names(months, short, days, days_short, halves, day_first)


LANGUAGES: dict[str, Names] = {
    "en": _names(
        """January February March April May June July August September October November December
        Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec
        Sunday Monday Tuesday Wednesday Thursday Friday Saturday
        Sun Mon Tue Wed Thu Fri Sat""",
        day_first=False,
    ),
    "de": _names(
        """Januar Februar März April Mai Juni Juli August September Oktober November Dezember
        Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.
        Sonntag Montag Dienstag Mittwoch Donnerstag Freitag Samstag
        So Mo Di Mi Do Fr Sa""",
    ),
    "fr": _names(
        """janvier février mars avril mai juin juillet août septembre octobre novembre décembre
        janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.
        dimanche lundi mardi mercredi jeudi vendredi samedi
        dim. lun. mar. mer. jeu. ven. sam.""",
    ),
    "es": _names(
        """enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
        ene feb mar abr may jun jul ago sept oct nov dic
        domingo lunes martes miércoles jueves viernes sábado
        dom lun mar mié jue vie sáb""",
        ("a.\u202fm.", "p.\u202fm."),
    ),
    "it": _names(
        """gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
        gen feb mar apr mag giu lug ago set ott nov dic
        domenica lunedì martedì mercoledì giovedì venerdì sabato
        dom lun mar mer gio ven sab""",
    ),
    "pt": _names(
        """janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
        jan. fev. mar. abr. mai. jun. jul. ago. set. out. nov. dez.
        domingo segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado
        dom. seg. ter. qua. qui. sex. sáb.""",
    ),
    "nl": _names(
        """januari februari maart april mei juni juli augustus september oktober november december
        jan feb mrt apr mei jun jul aug sep okt nov dec
        zondag maandag dinsdag woensdag donderdag vrijdag zaterdag
        zo ma di wo do vr za""",
        ("a.m.", "p.m."),
    ),
    "sv": _names(
        """januari februari mars april maj juni juli augusti september oktober november december
        jan. feb. mars apr. maj juni juli aug. sep. okt. nov. dec.
        söndag måndag tisdag onsdag torsdag fredag lördag
        sön mån tis ons tors fre lör""",
        ("fm", "em"),
    ),
    "da": _names(
        """januar februar marts april maj juni juli august september oktober november december
        jan. feb. mar. apr. maj jun. jul. aug. sep. okt. nov. dec.
        søndag mandag tirsdag onsdag torsdag fredag lørdag
        søn. man. tirs. ons. tors. fre. lør.""",
    ),
    "pl": _names(
        """stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
        sty lut mar kwi maj cze lip sie wrz paź lis gru
        niedziela poniedziałek wtorek środa czwartek piątek sobota
        niedz. pon. wt. śr. czw. pt. sob.""",
    ),
    "ru": _names(
        """января февраля марта апреля мая июня июля августа сентября октября ноября декабря
        янв. февр. мар. апр. мая июн. июл. авг. сент. окт. нояб. дек.
        воскресенье понедельник вторник среда четверг пятница суббота
        вс пн вт ср чт пт сб""",
    ),
    "uk": _names(
        """січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
        січ. лют. бер. квіт. трав. черв. лип. серп. вер. жовт. лист. груд.
        неділя понеділок вівторок середа четвер пʼятниця субота
        нд пн вт ср чт пт сб""",
        ("дп", "пп"),
    ),
}


def names(locale: str) -> Names:
    """The names of a locale such as ``en_US`` or ``fr-FR``; English where it is not known."""
    language = locale.replace("_", "-").partition("-")[0].lower()
    return LANGUAGES.get(language, LANGUAGES["en"])
