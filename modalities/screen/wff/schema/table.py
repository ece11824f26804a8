"""Every element of the Watch Face Format, versions 1 to 5: its attributes and children.

Written from the facts of the official schemas (Watch Face Format specification, Apache-2.0), in the language of
:mod:`.grammar`. ``tests/modalities/screen/wff/test_oracle.py`` holds it against them.
"""

from __future__ import annotations

from .grammar import Element, element

_GROUPS = {
    "place": "x!:integer y!:integer",
    "size": "width!:size height!:size",
    "geometry": "&place &size",
    "pivot": "pivotX:float pivotY:float",
    "look": "&pivot angle:float alpha:alpha",
    "scale": "scaleX:float scaleY:float",
    "render": "renderMode:SOURCE|MASK|ALL tintColor:colour",
    "align": "align:START|CENTER|END",
    "vertical": "verticalAlign:TOP|CENTER|CENTER_ON_BASELINE|BOTTOM@5",
    "arc": "startAngle!:float endAngle!:float",
    "centre": "centerX!:float centerY!:float",
    "box": "x!:float y!:float width!:length height!:length",
    "margins": "marginLeft:float@2 marginTop:float@2 marginRight:float@2 marginBottom:float@2",
    "blend": "CLEAR|COLOR|COLOR_BURN|COLOR_DODGE|DARKEN|DIFFERENCE|DST|DST_ATOP|DST_IN|DST_OUT|DST_OVER|EXCLUSION|"
    "HARD_LIGHT|HUE|LIGHTEN|LUMINOSITY|MODULATE|MULTIPLY|OVERLAY|PLUS|SATURATION|SCREEN|SOFT_LIGHT|SRC|SRC_ATOP|SRC_IN|"
    "SRC_OUT|SRC_OVER|XOR",
    "easing": "LINEAR|EASE_IN|EASE_OUT|EASE_IN_OUT|OVERSHOOT|CUBIC_BEZIER",
    "turn": "CLOCKWISE|COUNTER_CLOCKWISE",
    "style": "slant:NORMAL|ITALIC width:ULTRA_CONDENSED|EXTRA_CONDENSED|CONDENSED|SEMI_CONDENSED|NORMAL|SEMI_EXPANDED|"
    "EXPANDED|EXTRA_EXPANDED|ULTRA_EXPANDED weight:THIN|ULTRA_LIGHT|EXTRA_LIGHT|LIGHT|NORMAL|MEDIUM|SEMI_BOLD|BOLD|"
    "ULTRA_BOLD|EXTRA_BOLD|BLACK|EXTRA_BLACK",
    "setting": "id! displayName! icon screenReaderText defaultValue! highlight@4",
    "choice": "id! displayName screenReaderText icon",
    # children
    "part": "Localization? Transform* Reference*@4 Variant* Gyro? Launch? ScreenReader?",
    "live": "Transform* Reference*@4",
}
_GROUPS["partlike"] = f"&geometry &look name &scale &render blendMode:{_GROUPS['blend']}@3"  # what every part has
_PARTS = "PartText|PartImage|PartAnimatedImage|PartDraw"
_BODY = f"{_PARTS}|Group|Condition|AnalogClock|DigitalClock"
_FORMATS = "InlineImage|Template|Upper|Lower"
_DECORATIONS = f"({_FORMATS}|Underline|StrikeThrough)*"
_CLOCK = "&geometry &look &scale &render"
_CALENDARS = (
    "BUDDHIST|CHINESE|COPTIC|DANGI|ETHIOPIC|ETHIOPIC_AMETE_ALEM|GREGORIAN|HEBREW|INDIAN|ISLAMIC|ISLAMIC_CIVIL|"
    "ISLAMIC_UMALQURA|JAPANESE|PERSIAN|ROC"
)
_CAP = "cap:BUTT|ROUND|SQUARE join:MITER|ROUND|BEVEL@5"
_FRAME = "DO_NOTHING|FIRST_FRAME|THUMBNAIL|HIDE"
_HAND = "resource!:resource &geometry &pivot alpha:alpha tintColor:colour"

_TEXT = {
    "Font", "BitmapFont", "ClockFont", "ClockBitmapFont", "Shadow", "Outline", "OutGlow", "Underline", "StrikeThrough",
    "Template", "Upper", "Lower", "Expression",
}  # fmt: skip
"""Elements that may hold text."""

_ROWS: dict[str, tuple[str, str]] = {
    # name: (attributes, children)
    "WatchFace": (
        "width!:count height!:count clipShape:NONE|CIRCLE|RECTANGLE cornerRadiusX:float cornerRadiusY:float",
        "Metadata* UserConfigurations? BitmapFonts? Scene",
    ),
    "Metadata": ("key! value!", ""),
    # what the user may choose
    "UserConfigurations": (
        "",
        "(ListConfiguration:ListSetting|BooleanConfiguration:BooleanSetting|ColorConfiguration|Flavors@2|"
        "PhotosConfiguration@4){1,20}",
    ),
    "ListSetting": ("&setting", "ListOption:ListChoice{1,100}"),
    "ListChoice": ("&choice childSettingIds:texts@5 complicationSlotIds:texts@5", ""),
    "BooleanSetting": ("&setting", ""),
    "ColorConfiguration": ("&setting", "ColorOption{1,100}"),
    "ColorOption": ("&choice colors:palette", ""),
    "Flavors": ("defaultValue!", "Flavor{1,20}"),
    "Flavor": ("id! displayName! icon screenReaderText", "(Configuration|ComplicationSlot:FlavorSlot){1,100}"),
    "Configuration": ("id! optionId! screenReaderText", ""),
    "FlavorSlot": ("slotId!", "DefaultProviderPolicy?"),
    "PhotosConfiguration": (
        "id! displayName@5 icon@5 screenReaderText@5 highlight@5 configType!:SINGLE|MULTIPLE",
        "",
    ),
    # fonts made of pictures
    "BitmapFonts": ("", "BitmapFont:FontFamily+"),
    "FontFamily": ("name!", "(Character|Word)+"),
    "Character": ("name!:character resource!:resource &size &margins", ""),
    "Word": ("name!:word resource!:resource &size &margins", ""),
    # containers
    "Scene": (
        "backgroundColor:colour",
        f"({_BODY}|ListConfiguration|BooleanConfiguration)* Variant* Transform*@4 Reference*@4 ComplicationSlot{{0,8}}",
    ),
    "Group": (
        f"id:name name!:name &geometry &look &scale &render blendMode:{_GROUPS['blend']}@5",
        f"&part ({_BODY}|ListConfiguration|BooleanConfiguration)*",
    ),
    "Condition": ("", "Expressions Compare+ Default?"),
    "Expressions": ("", "Expression+"),
    "Expression": ("name!", ""),
    "Compare": ("expression!:expression", f"({_BODY})+"),
    "Default": ("", f"({_BODY})+"),
    "ListConfiguration": ("id!", "ListOption+"),
    "ListOption": ("id!", f"({_BODY})"),
    "BooleanConfiguration": ("id!", "BooleanOption+"),
    "BooleanOption": ("id!:boolean", f"({_BODY})"),
    # what changes
    "Localization": (f"timeZone calendar:{_CALENDARS} locales:texts", ""),
    "Variant": (
        f"target! value!:expression mode!:AMBIENT duration:share@4 startOffset:share@4 "
        f"interpolation:{_GROUPS['easing']}@4 controls:curve@4 angleDirection:NONE|{_GROUPS['turn']}@4",
        "",
    ),
    "Transform": ("target! value!:expression mode:TO|BY", "Animation?"),
    "Animation": (
        f"interpolation:{_GROUPS['easing']} controls:curve angleDirection:NONE|{_GROUPS['turn']} repeat:repeats "
        "fps:int duration!:extent",
        "",
    ),
    "Reference": ("name! source! defaultValue:default", ""),
    "Gyro": (
        "x:expression y:expression scaleX:expression scaleY:expression angle:expression alpha:expression",
        "",
    ),
    "Launch": ("target!", ""),
    "ScreenReader": ("stringId!", "Parameter*"),
    "Parameter": ("expression!:expression", ""),
    # clocks
    "AnalogClock": (_CLOCK, "HourHand{0,2} MinuteHand{0,2} SecondHand{0,2} Localization? Variant*"),
    "HourHand": (_HAND, "Variant*"),
    "MinuteHand": (_HAND, "Variant*"),
    "SecondHand": (_HAND, "Variant* > (Sweep|Tick)?"),
    "Sweep": ("frequency!:sweep", ""),
    "Tick": ("strength!:float duration!:float", ""),
    "DigitalClock": (_CLOCK, "Localization? Variant* TimeText+"),
    "TimeText": (
        "format!:time-format hourFormat:12|24|SYNC_TO_DEVICE &align &vertical &geometry &look tintColor:colour",
        "Variant* > (BitmapFont:ClockBitmapFont|Font:ClockFont)?",
    ),
    "ClockFont": ("family! size!:length color:colour &style", ""),
    "ClockBitmapFont": ("family! size!:length color:colour", ""),
    # complications
    "ComplicationSlot": (
        f"name &geometry &look &scale tintColor:colour slotId! supportedTypes!:complications displayName "
        f"isCustomizable:boolean blendMode:{_GROUPS['blend']}@5",
        "DefaultProviderPolicy? (BoundingBox|BoundingRoundBox|BoundingOval|BoundingArc) Complication+ "
        "Variant* ScreenReader?",
    ),
    "DefaultProviderPolicy": (
        "defaultSystemProvider!:provider defaultSystemProviderType!:complication primaryProvider "
        "primaryProviderType:complication secondaryProvider secondaryProviderType:complication",
        "",
    ),
    "BoundingBox": ("&geometry outlinePadding:extent", ""),
    "BoundingRoundBox": ("&geometry cornerRadius:float outlinePadding:extent", ""),
    "BoundingOval": ("&geometry outlinePadding:extent", ""),
    "BoundingArc": (
        f"&centre width!:length height!:length thickness!:extent isRoundEdge:boolean outlinePadding:extent &arc "
        f"direction:{_GROUPS['turn']}",
        "",
    ),
    "Complication": ("type!:complication", f"({_PARTS}|Group|Condition)*"),
    # text
    "PartText": ("&partlike", "&part (Text|TextCircular)"),
    "Text": (
        "&align &vertical ellipsis:boolean maxLines:integer lineSpacing:spacing@5 isAutoSize:boolean@3",
        "(Font|BitmapFont)+",
    ),
    "TextCircular": (
        f"&arc &centre direction:{_GROUPS['turn']} width!:length height!:length &align &vertical ellipsis:boolean "
        "isAutoSize:boolean@5",
        "(Transform|Reference@4|Font|BitmapFont)+",
    ),
    "Font": (
        "family! size!:length color:colour minSize:count@5 letterSpacing:float@2 &style",
        f"(Shadow|Outline|OutGlow|Underline|StrikeThrough|{_FORMATS}|Transform@4|Reference@4)*",
    ),
    "BitmapFont": (
        "family! size!:length color:colour letterSpacing:float@2",
        f"({_FORMATS}|Transform@4|Reference@4)*",
    ),
    "Shadow": ("color!:colour offsetX:float offsetY:float radius:float", f"{_DECORATIONS} > (Transform|Reference)*@4"),
    "Outline": ("width:length color!:colour", f"{_DECORATIONS} > (Transform|Reference)*@4"),
    "OutGlow": ("radius:float color!:colour", f"{_DECORATIONS} > (Transform|Reference)*@4"),
    "Underline": ("", _DECORATIONS),
    "StrikeThrough": ("", _DECORATIONS),
    "InlineImage": (
        "resource! source color:colour overlapLeft:float overlapRight:float &size",
        "(Transform|Reference)*@4",
    ),
    "Template": ("", "Parameter+"),
    "Upper": ("", "Template*"),
    "Lower": ("", "Template*"),
    # pictures
    "PartImage": ("&partlike", "&part ImageFilters? (Image|Images|Photos@4)"),
    "ImageFilters": ("", "HsbFilter"),
    "HsbFilter": ("hueRotate:float saturate:share brightness:share", ""),
    "Image": ("resource!", ""),
    "Images": ("change:events changeDirection:FORWARD|BACKWARD|RANDOM@4", "Image+"),
    "Photos": (
        "source! defaultImageResource! change:photo-events changeAfterEvery:photos-every width:count height:count",
        "",
    ),
    "PartAnimatedImage": (
        "&partlike",
        "&part Thumbnail? AnimationController (AnimatedImage|SequenceImages|AnimatedImages)",
    ),
    "Thumbnail": ("resource!:resource", ""),
    "AnimationController": (
        "play!:events delayPlay:extent delayRepeat:extent repeat:boolean loopCount:loops resumePlayBack:boolean "
        f"beforePlaying:{_FRAME} afterPlaying:{_FRAME}",
        "",
    ),
    "AnimatedImage": ("resource!:resource format!:IMAGE|AGIF|WEBP thumbnail", ""),
    "SequenceImages": ("loopCount:rounds thumbnail frameRate:rate@2", "Image+"),
    "AnimatedImages": (
        "changeDirection:FORWARD|BACKWARD|RANDOM@4 change:events",
        "(AnimatedImage|SequenceImages)+",
    ),
    # drawings
    "PartDraw": ("&partlike", "&part (Arc|Ellipse|Line|Rectangle|RoundRectangle)+"),
    "Arc": (
        f"&centre width!:length height!:length &arc direction:{_GROUPS['turn']}",
        "&live Stroke@1-1 Stroke?@2 WeightedStroke?@2",
    ),
    "Line": (
        "startX!:float startY!:float endX!:float endY!:float",
        "&live Stroke@1-2 Stroke?@3 WeightedStroke?@3",
    ),
    "Ellipse": ("&box", "&live Stroke? Fill?"),
    "Rectangle": ("&box", "&live Stroke? Fill?"),
    "RoundRectangle": ("&box cornerRadiusX!:float cornerRadiusY!:float", "&live Stroke? Fill?"),
    "Stroke": (
        f"color!:colour thickness!:extent dashIntervals:dashes dashPhase:float {_CAP}",
        "(LinearGradient|RadialGradient|SweepGradient|Transform|Reference@4)*",
    ),
    "WeightedStroke": (
        f"colors!:colours weights:weights discreteGap:gap interpolate:interpolate thickness!:extent {_CAP}",
        "(Transform|Reference@4)*",
    ),
    "Fill": (
        "color!:colour",
        "(LinearGradient|RadialGradient|SweepGradient)?@1-3 "
        "(LinearGradient|RadialGradient|SweepGradient|Transform|Reference)?@4-4 "
        "(LinearGradient|RadialGradient|SweepGradient|Transform|Reference)*@5",
    ),
    "LinearGradient": (
        "startX!:float startY!:float endX!:float endY!:float colors!:colours positions!:floats",
        "Transform{0,4}@1-4 Reference{0,4}@4-4 (Transform|Reference)*@5",
    ),
    "RadialGradient": (
        "&centre radius!:float colors!:colours positions!:floats",
        "Transform{0,3}@1-4 Reference{0,3}@4-4 (Transform|Reference)*@5",
    ),
    "SweepGradient": (
        f"&centre &arc colors!:colours positions!:floats direction:{_GROUPS['turn']}",
        "Transform{0,4}@1-4 Reference{0,4}@4-4 (Transform|Reference)*@5",
    ),
}

ELEMENTS: dict[str, Element] = {
    name: element(name, attributes, children, _GROUPS, name in _TEXT) for name, (attributes, children) in _ROWS.items()
}
"""The definitions by name; the root is ``WatchFace``. A tag with two meanings has two definitions."""
