"""Invented names of towns, clubs and people. Nobody is meant; likeness is chance."""

from collections.abc import Mapping, Sequence
from random import Random

from msgspec import Struct


class Family(Struct, frozen=True):
    """How names of one part of the world sound."""

    first: Sequence[str]
    last: Sequence[str]
    clubs: Sequence[str]
    people: Sequence[str]


def _words(text: str) -> Sequence[str]:
    return tuple(text.split(" "))


FAMILIES: Mapping[str, Family] = {
    "northern": Family(
        _words("Ash Bram Cald Dun Ever Farn Gren Hart Kel Lang Marl Nor Pell Rother Stan Thorn Wex Wren"),
        _words("borough bourne by combe field ford gate haven ley mere minster mouth stead ton wick worth"),
        ("{} United", "{} Town", "{} Rovers", "{} Albion", "{} Athletic", "{} City"),
        _words("Arden Bexley Cobham Denner Ellwood Farrow Garrick Holt Ivers Kerrow Marlin Norrey Tarrant"),
    ),
    "germanic": Family(
        _words(
            "Alten Birken Dorn Eichen Falken Grün Hohen Kessel Linden Mühl Neu Ober Rauen Stein Tannen Wald"
        ),
        _words("bach berg brück burg dorf feld furt hausen heim hof kirch rode stedt thal walde"),
        ("SV {}", "FC {}", "VfL {}", "{} 09", "TSV {}", "Eintracht {}"),
        _words("Ackert Brandl Dreyling Eckhof Fenner Grabert Hollmann Kastner Lindner Moosbach Rettig Wiesing"),
    ),
    "iberian": Family(
        _words("Al Ben Car Cas Esp Font Gran Llan Mon Olm Pal Ribe San Tor Val Ver"),
        _words("adera alba anto arejo avilla elda ermosa illas ista onzal oral orosa ueva umbría"),
        ("Atlético {}", "Deportivo {}", "{} CF", "Unión {}", "Real {}", "Racing {}"),
        _words("Alcobar Benavid Cordellas Duarmo Escorial Fontelo Grijal Lamedo Mirandel Oterol Quirosa"),
    ),
    "italic": Family(
        _words("Acqua Borgo Castel Fonte Gal Lon Mar Mont Pieve Rocca San Sel Tor Val Ver Vill"),
        _words("alba anova ara ella elmo enza era etta iana igno ina olo ona orsa uzzo"),
        ("AC {}", "US {}", "{} Calcio", "Virtus {}", "Pro {}"),
        _words("Altieri Bassano Cordelli Durante Ferlin Galvardi Lorenti Marchesan Pellica Rovigna Stradella"),
    ),
    "slavic": Family(
        _words("Bel Bor Dobr Gor Jas Kal Kras Lip Mir Nov Olš Pol Rad Slav Star Vel"),
        _words("anice any ava ec ice ín ino itsa ná ov ovice ovo sk ujevo ynia"),
        ("FK {}", "Spartak {}", "Dinamo {}", "{} 1921", "Slovan {}"),
        _words("Bednovic Cermanek Dragolin Horvatin Jelavec Kovalin Lubenko Marecki Novotin Petrasek Zeleny"),
    ),
    "nordic": Family(
        _words("Berg Bjørk Dal Elv Fjell Gran Hav Kald Lund Nord Sjø Skog Stor Sund Vest Ås"),
        _words("anger by dal fjord heim holm lund næs rud sjö stad strand sund vik ås"),
        ("{} IF", "{} BK", "{} FF", "IK {}", "{} IL"),
        _words("Almkvist Bergsund Dahlvik Engman Fossli Granlid Hjelmås Lindvall Nygren Solberget Westrin"),
    ),
    "turkic": Family(
        _words("Ak Alaca Beyl Boz Çam Deniz Gök Gül İnce Kara Kızıl Orta Sarı Taş Yeni Yeşil"),
        _words("bağ bahçe burun çay dağ dere göl hisar kale kaya köy ova pınar su tepe"),
        ("{}spor", "{} SK", "{} FK", "{} Gücü", "{} İdman Yurdu"),
        _words("Aksoylu Bozdemir Çelikan Doğruer Ergünay Gökalın Karabey Özdilek Sarıcan Tunalık Yurtsev"),
    ),
    "eastern": Family(
        _words("Aka Fuji Hama Hoshi Kawa Kita Matsu Minami Mori Naka Nishi Oka Sato Taka Tani Yama"),
        _words("be da fune gawa hara ishi jima kawa mine no oka saki shita tsu ura"),
        ("{} FC", "{} Blitz", "Vento {}", "{} Stella", "SC {}"),
        _words("Aokawa Fujimori Hanede Iwasato Kamiyo Mizuhara Nakatomi Okuda Shirane Takemi Yanagida"),
    ),
    "southern": Family(
        _words("Abe Ade Bafo Dako Eki Kano Kuma Lago Mbala Nako Oda Sefu Tama Uma Wanda Zola"),
        _words("bo dara go kasa kumi lame ma nda ni pasa ra sele ta wasi zi"),
        ("{} Stars", "{} FC", "{} Lions", "{} Rangers", "AS {}"),
        _words("Adekori Bamwele Chidaro Dlomani Ekwato Kamande Lubasi Mensaro Nkolo Okeramu Tembaro"),
    ),
    "levantine": Family(
        _words("Al Ard Bab Dar Fay Jab Kas Mad Naj Nur Qas Raf Sah Tal Wad Zah"),
        _words("aha ain ala alia amar ana aq ara arif eer ifa iya oora oum uwan"),
        ("Al {}", "{} Club", "Ittihad {}", "Nahda {}", "{} SC"),
        _words("Barqi Dawari Fassin Haddari Jabrani Kassemi Mazrou Nassouri Qadem Rahbani Zaherin"),
    ),
}

INITIALS = "ABCDEFGHIJKLMNOPRSTUVWYZ"


def town(family: str, rng: Random) -> str:
    """A town's name."""
    sounds = FAMILIES[family]
    return rng.choice(sounds.first) + rng.choice(sounds.last)


def club(family: str, rng: Random) -> tuple[str, str]:
    """A club's name and its town's."""
    home = town(family, rng)
    return rng.choice(FAMILIES[family].clubs).format(home), home


def person(family: str, rng: Random) -> str:
    """A person's name: an initial and a family name."""
    return f"{rng.choice(INITIALS)}. {rng.choice(FAMILIES[family].people)}"
