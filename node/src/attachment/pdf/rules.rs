//! Which entries of a dictionary are kept, by the part it plays, and what part their values play in turn. ISO 32000-1, clauses 7
//! to 11. What is not named here is left out: actions, annotations, metadata, marks of other programs.

/// The part that an object plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// A page.
    Page,
    /// What a page or drawing refers to by name.
    Resources,
    /// Fonts by name.
    Fonts,
    /// Pictures and drawings by name.
    Drawings,
    /// Graphics states by name.
    States,
    /// Colour spaces, patterns and shadings by name.
    Paints,
    /// The glyphs of a drawn font by name.
    Glyphs,
    /// A font.
    Font,
    /// What codes of a font mean.
    Encoding,
    /// The name of a collection of characters.
    Collection,
    /// How a font is built.
    Descriptor,
    /// A font program.
    Program,
    /// Tables of a font.
    Table,
    /// What is drawn.
    Content,
    /// A picture, or a drawing used several times.
    Drawing,
    /// How a drawing is laid over what is below.
    Group,
    /// A graphics state.
    State,
    /// A mask in a graphics state.
    Mask,
    /// A colour space, pattern, shading, function or halftone.
    Paint,
    /// How a stream is packed.
    Packing,
    /// Numbers, names, yes and no, and lists of these.
    Plain,
}

impl Role {
    /// Returns whether objects of this part may have a stream.
    pub(super) fn may_be_stream(self) -> bool {
        matches!(self, Self::Encoding | Self::Program | Self::Table | Self::Content | Self::Drawing | Self::Paint)
    }

    /// Returns whether texts are kept in it.
    pub(super) fn may_hold_text(self) -> bool {
        matches!(self, Self::Collection | Self::Paint)
    }
}

/// Returns the part of the value under a key; `None` if it is left out.
pub(super) fn role_of(role: Role, key: &[u8]) -> Option<Role> {
    let key = std::str::from_utf8(key).ok()?;
    match role {
        Role::Fonts => Some(Role::Font),
        Role::Drawings => Some(Role::Drawing),
        Role::States => Some(Role::State),
        Role::Paints => Some(Role::Paint),
        Role::Glyphs => Some(Role::Content),
        Role::Page => match key {
            "Type" | "MediaBox" | "CropBox" | "Rotate" | "UserUnit" => Some(Role::Plain),
            "Resources" => Some(Role::Resources),
            "Contents" => Some(Role::Content),
            "Group" => Some(Role::Group),
            _ => None,
        },
        Role::Resources => match key {
            "ProcSet" => Some(Role::Plain),
            "Font" => Some(Role::Fonts),
            "XObject" => Some(Role::Drawings),
            "ExtGState" => Some(Role::States),
            "ColorSpace" | "Pattern" | "Shading" => Some(Role::Paints),
            _ => None,
        },
        Role::Font | Role::Encoding | Role::Collection | Role::Descriptor | Role::Program | Role::Table => {
            role_in_font(role, key)
        }
        Role::Drawing | Role::Group | Role::State | Role::Mask | Role::Paint => role_in_drawing(role, key),
        Role::Packing => match key {
            "Predictor"
            | "Colors"
            | "BitsPerComponent"
            | "Columns"
            | "EarlyChange"
            | "K"
            | "EndOfLine"
            | "Rows"
            | "EncodedByteAlign"
            | "EndOfBlock"
            | "BlackIs1"
            | "DamagedRowsBeforeError"
            | "ColorTransform" => Some(Role::Plain),
            _ => None,
        },
        Role::Content | Role::Plain => None,
    }
}

fn role_in_font(role: Role, key: &str) -> Option<Role> {
    match (role, key) {
        (Role::Font | Role::Encoding | Role::Descriptor, "Type") => Some(Role::Plain),
        (
            Role::Font,
            "Subtype" | "BaseFont" | "Name" | "FirstChar" | "LastChar" | "Widths" | "FontMatrix" | "FontBBox" | "DW"
            | "W" | "DW2" | "W2",
        ) => Some(Role::Plain),
        (Role::Font, "Encoding") | (Role::Encoding, "UseCMap") => Some(Role::Encoding),
        (Role::Font, "FontDescriptor") => Some(Role::Descriptor),
        (Role::Font, "DescendantFonts") => Some(Role::Font),
        (Role::Font, "ToUnicode" | "CIDToGIDMap") | (Role::Table, "UseCMap") => Some(Role::Table),
        (Role::Font | Role::Encoding | Role::Table, "CIDSystemInfo") => Some(Role::Collection),
        (Role::Font, "CharProcs") => Some(Role::Glyphs),
        (Role::Font, "Resources") => Some(Role::Resources),
        (Role::Encoding, "BaseEncoding" | "Differences" | "CMapName" | "WMode") => Some(Role::Plain),
        (Role::Table, "Type" | "CMapName" | "WMode") => Some(Role::Plain),
        (Role::Collection, "Registry" | "Ordering") => Some(Role::Collection),
        (Role::Collection, "Supplement") => Some(Role::Plain),
        (
            Role::Descriptor,
            "FontName" | "Flags" | "FontBBox" | "ItalicAngle" | "Ascent" | "Descent" | "Leading" | "CapHeight"
            | "XHeight" | "StemV" | "StemH" | "AvgWidth" | "MaxWidth" | "MissingWidth" | "FontWeight" | "FontStretch",
        ) => Some(Role::Plain),
        (Role::Descriptor, "FontFile" | "FontFile2" | "FontFile3") => Some(Role::Program),
        (Role::Program, "Subtype" | "Length1" | "Length2" | "Length3") => Some(Role::Plain),
        _ => None,
    }
}

fn role_in_drawing(role: Role, key: &str) -> Option<Role> {
    match (role, key) {
        (_, "Type") => Some(Role::Plain),
        (
            Role::Drawing,
            "Subtype" | "FormType" | "BBox" | "Matrix" | "Width" | "Height" | "BitsPerComponent" | "ImageMask"
            | "Decode" | "Intent" | "Interpolate" | "Matte",
        ) => Some(Role::Plain),
        (Role::Drawing | Role::Paint, "Resources") => Some(Role::Resources),
        (Role::Drawing, "Group") => Some(Role::Group),
        (Role::Drawing, "ColorSpace") | (Role::Group, "CS") => Some(Role::Paint),
        (Role::Drawing, "Mask" | "SMask") | (Role::Mask, "G") => Some(Role::Drawing),
        (Role::Group, "S" | "I" | "K") | (Role::Mask, "S" | "BC") => Some(Role::Plain),
        (Role::Mask, "TR") => Some(Role::Paint),
        (
            Role::State,
            "LW" | "LC" | "LJ" | "ML" | "D" | "RI" | "OP" | "op" | "OPM" | "FL" | "SM" | "SA" | "BM" | "CA" | "ca"
            | "AIS" | "TK",
        ) => Some(Role::Plain),
        (Role::State, "Font") => Some(Role::Font),
        (Role::State, "SMask") => Some(Role::Mask),
        (Role::State, "BG" | "BG2" | "UCR" | "UCR2" | "TR" | "TR2") => Some(Role::Paint),
        (
            Role::Paint,
            "FunctionType" | "Domain" | "Range" | "C0" | "C1" | "N" | "Bounds" | "Encode" | "Decode" | "Size"
            | "BitsPerSample" | "Order" | "ShadingType" | "Background" | "BBox" | "AntiAlias" | "Coords" | "Extend"
            | "Matrix" | "BitsPerCoordinate" | "BitsPerComponent" | "BitsPerFlag" | "VerticesPerRow" | "WhitePoint"
            | "BlackPoint" | "Gamma" | "PatternType" | "PaintType" | "TilingType" | "XStep" | "YStep",
        ) => Some(Role::Plain),
        (Role::Paint, "Functions" | "Function" | "ColorSpace" | "Alternate" | "Shading") => Some(Role::Paint),
        (Role::Paint, "Colorants") => Some(Role::Paints),
        (Role::Paint, "ExtGState") => Some(Role::State),
        _ => None,
    }
}
