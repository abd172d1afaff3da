//! JSON, to the letter as `serde_json` writes it, for what a recording is full of.
//!
//! A busy server writes hundreds of thousands of lines each second, and has the time of one processor for that and for everything else.
//! `serde_json` looks at every character of every name of a field and asks for room for each comma; where names are known to need no
//! escaping, most of that can be left out. Whatever is rare here is left to it.

#![expect(
    clippy::inline_always,
    reason = "a name is known only where its field is written: a line takes a sixth less time so"
)]

use std::fmt;

use itoa::Integer;
use serde::ser::{
    self, Impossible, Serialize, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

/// Appends something to a text.
pub(super) fn write(it: &impl Serialize, text: &mut Vec<u8>) -> serde_json::Result<()> {
    let begin = text.len();
    it.serialize(Json { text }).or_else(|Rare| {
        text.truncate(begin);
        serde_json::to_writer(text, it)
    })
}

/// Writes one thing.
struct Json<'a> {
    text: &'a mut Vec<u8>,
}

/// Writes things with commas between them.
struct Items<'a> {
    text: &'a mut Vec<u8>,
    first: bool,
    end: &'static str,
}

/// Something that is not written here.
#[derive(Debug, thiserror::Error)]
#[error("too rare")]
struct Rare;

impl ser::Error for Rare {
    /// `serde_json` meets the same error, and tells it.
    fn custom<T: fmt::Display>(_: T) -> Rare {
        Rare
    }
}

impl<'a> Json<'a> {
    #[inline]
    fn put(self, words: &str) {
        self.text.extend_from_slice(words.as_bytes());
    }

    #[inline]
    fn number(self, number: impl Integer) {
        self.put(itoa::Buffer::new().format(number));
    }

    #[inline]
    fn items(self, begin: &str, end: &'static str) -> Items<'a> {
        self.text.extend_from_slice(begin.as_bytes());
        Items { text: self.text, first: true, end }
    }

    /// What is written next belongs to this variant.
    #[inline]
    fn variant(&mut self, name: &str) {
        self.text.push(b'{');
        key(name, self.text);
    }
}

impl Items<'_> {
    #[inline]
    fn item(&mut self, it: &(impl Serialize + ?Sized)) -> Result<(), Rare> {
        self.comma();
        it.serialize(Json { text: self.text })
    }

    #[inline(always)]
    fn field(&mut self, name: &str, it: &(impl Serialize + ?Sized)) -> Result<(), Rare> {
        self.comma();
        key(name, self.text);
        it.serialize(Json { text: self.text })
    }

    #[inline]
    fn comma(&mut self) {
        if !std::mem::take(&mut self.first) {
            self.text.push(b',');
        }
    }

    #[inline]
    fn finish(self) {
        self.text.extend_from_slice(self.end.as_bytes());
    }
}

/// Names in our sources need no escaping.
#[inline(always)]
fn key(name: &str, text: &mut Vec<u8>) {
    text.push(b'"');
    text.extend_from_slice(name.as_bytes());
    text.extend_from_slice(b"\":");
}

/// Whether it stands for itself between quotes. Looks at all of it, since that goes many characters at a time.
fn is_plain(said: &str) -> bool {
    let escaped = |byte| u8::from(byte < b' ') | u8::from(byte == b'"') | u8::from(byte == b'\\');
    said.bytes().fold(0, |found, byte| found | escaped(byte)) == 0
}

macro_rules! numbers {
    ($($method:ident: $number:ty),*) => {
        $(fn $method(self, number: $number) -> Result<(), Rare> {
            self.number(number);
            Ok(())
        })*
    };
}

macro_rules! rare {
    ($($method:ident($($argument:ty),*) -> $ok:ty),*) => {
        $(fn $method(self, $(_: $argument),*) -> Result<$ok, Rare> {
            Err(Rare)
        })*
    };
}

impl<'a> Serializer for Json<'a> {
    type Ok = ();
    type Error = Rare;
    type SerializeSeq = Items<'a>;
    type SerializeTuple = Items<'a>;
    type SerializeTupleStruct = Items<'a>;
    type SerializeTupleVariant = Items<'a>;
    type SerializeStruct = Items<'a>;
    type SerializeStructVariant = Items<'a>;
    type SerializeMap = Impossible<(), Rare>;

    numbers!(
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64,
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64
    );
    rare!(
        serialize_f32(f32) -> (), serialize_f64(f64) -> (), serialize_char(char) -> (), serialize_bytes(&[u8]) -> (),
        serialize_map(Option<usize>) -> Impossible<(), Rare>
    );

    fn serialize_bool(self, it: bool) -> Result<(), Rare> {
        self.put(if it { "true" } else { "false" });
        Ok(())
    }

    #[inline]
    fn serialize_str(self, said: &str) -> Result<(), Rare> {
        if !is_plain(said) {
            return serde_json::to_writer(self.text, said).map_err(|_| Rare);
        }
        self.text.push(b'"');
        self.text.extend_from_slice(said.as_bytes());
        self.text.push(b'"');
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Rare> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, it: &T) -> Result<(), Rare> {
        it.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Rare> {
        self.put("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Rare> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Rare> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, it: &T) -> Result<(), Rare> {
        it.serialize(self)
    }

    #[inline]
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        it: &T,
    ) -> Result<(), Rare> {
        self.variant(variant);
        it.serialize(Json { text: self.text })?;
        self.text.push(b'}');
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'a>, Rare> {
        Ok(self.items("[", "]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Items<'a>, Rare> {
        Ok(self.items("[", "]"))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items<'a>, Rare> {
        Ok(self.items("[", "]"))
    }

    fn serialize_tuple_variant(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items<'a>, Rare> {
        self.variant(variant);
        Ok(self.items("[", "]}"))
    }

    #[inline]
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Items<'a>, Rare> {
        Ok(self.items("{", "}"))
    }

    #[inline]
    fn serialize_struct_variant(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items<'a>, Rare> {
        self.variant(variant);
        Ok(self.items("{", "}}"))
    }
}

/// What comes one after the other: with names, or without.
macro_rules! items {
    ($($kind:ident: $method:ident($($name:ident)?) by $written:ident),* $(,)?) => {
        $(impl $kind for Items<'_> {
            type Ok = ();
            type Error = Rare;

            #[inline(always)]
            fn $method<T: Serialize + ?Sized>(&mut self, $($name: &'static str,)? it: &T) -> Result<(), Rare> {
                self.$written($($name,)? it)
            }

            #[inline]
            fn end(self) -> Result<(), Rare> {
                self.finish();
                Ok(())
            }
        })*
    };
}

items!(
    SerializeSeq: serialize_element() by item,
    SerializeTuple: serialize_element() by item,
    SerializeTupleStruct: serialize_field() by item,
    SerializeTupleVariant: serialize_field() by item,
    SerializeStruct: serialize_field(name) by field,
    SerializeStructVariant: serialize_field(name) by field,
);

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde::Serialize;

    use super::*;

    /// Every shape that serde knows.
    #[derive(Clone, Debug, Serialize)]
    enum Shape {
        Unit,
        Newtype(Box<Shape>),
        Tuple(u8, i64),
        Struct {
            text: String,
            #[serde(skip_serializing_if = "Option::is_none")]
            left_out: Option<u64>,
            option: Option<u64>,
        },
        List(Vec<Shape>),
        Nothing(()),
        Alone(Alone),
        Wrapped(Wrapped),
        Pair(Pair),
        Fields(Fields),
        Truth(bool, u16, u32, i8, i16, i32),
        Map(BTreeMap<String, u8>),
        Other(f64, char),
    }

    #[derive(Clone, Debug, Serialize)]
    struct Alone;
    #[derive(Clone, Debug, Serialize)]
    struct Wrapped(String);
    #[derive(Clone, Debug, Serialize)]
    struct Pair(u64, String);
    #[derive(Clone, Debug, Serialize)]
    struct Fields {
        one: u64,
        two: (String, bool),
    }

    fn leaf() -> impl Strategy<Value = Shape> {
        let text = || any::<String>();
        prop_oneof![
            Just(Shape::Unit),
            Just(Shape::Nothing(())),
            Just(Shape::Alone(Alone)),
            (any::<u8>(), any::<i64>()).prop_map(|(a, b)| Shape::Tuple(a, b)),
            (text(), any::<Option<u64>>(), any::<Option<u64>>())
                .prop_map(|(text, left_out, option)| Shape::Struct { text, left_out, option }),
            text().prop_map(|text| Shape::Wrapped(Wrapped(text))),
            (any::<u64>(), text()).prop_map(|(number, text)| Shape::Pair(Pair(number, text))),
            (any::<u64>(), text(), any::<bool>())
                .prop_map(|(one, text, truth)| Shape::Fields(Fields { one, two: (text, truth) })),
            any::<(bool, u16, u32, i8, i16, i32)>()
                .prop_map(|(a, b, c, d, e, f)| Shape::Truth(a, b, c, d, e, f)),
            prop::collection::btree_map(text(), any::<u8>(), 0..3).prop_map(Shape::Map),
            (-1e9..1e9, any::<char>()).prop_map(|(number, letter)| Shape::Other(number, letter)),
        ]
    }

    fn shape() -> impl Strategy<Value = Shape> {
        leaf().prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                inner.clone().prop_map(|shape| Shape::Newtype(Box::new(shape))),
                prop::collection::vec(inner, 0..3).prop_map(Shape::List),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_it_is_it_is_written_as_serde_json_writes_it(shape in shape()) {
            let mut text = b"before ".to_vec();
            write(&shape, &mut text).unwrap();
            prop_assert_eq!(String::from_utf8(text).unwrap(), format!("before {}", serde_json::to_string(&shape).unwrap()));
        }
    }

    #[test]
    fn all_characters_are_written_as_serde_json_writes_them() {
        for byte in 0..=0x7f_u8 {
            let said = format!("a{}b", char::from(byte));
            let mut text = Vec::new();
            write(&said, &mut text).unwrap();
            assert_eq!(String::from_utf8(text).unwrap(), serde_json::to_string(&said).unwrap());
        }
    }

    #[test]
    fn what_cannot_be_written_is_told_as_serde_json_tells_it() {
        let mut text = b"before".to_vec();
        let error = write(&BTreeMap::from([(vec![1], 1)]), &mut text).unwrap_err();
        assert_eq!(error.to_string(), "key must be a string");
    }
}
