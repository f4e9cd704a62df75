"""What the generator makes its names and sentences of."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


GENRES = (
    "Drama",
    "Comedy",
    "Thriller",
    "Romance",
    "Action",
    "Horror",
    "Crime",
    "Adventure",
    "Science Fiction",
    "Fantasy",
    "Mystery",
    "Documentary",
    "Family",
    "Animation",
    "War",
    "Western",
    "History",
    "Musical",
)
"""Most frequent first: the generator draws them with weights that fall as 1/rank."""

COUNTRIES = ("US", "GB", "FR", "DE", "IN", "JP", "KR", "ES", "IT", "BR", "MX", "SE", "NG", "CA")

FIRST_NAMES = _words(
    """
    Ada Aino Akira Alma Amara Amir Anouk Arjun Astrid Bela Bruno Carmen Chidi Clara Dae
    Dario Delia Edda Elif Emil Esther Farid Fatou Felix Freya Gita Greta Hana Hugo Ida Imani
    Ines Ivo Jamal Jun Kaya Kofi Lars Leila Lena Lior Lotte Luca Magda Malik Mara Mateo Mei
    Milan Mina Nadia Nils Noor Olga Omar Oskar Paloma Petra Priya Rafael Rana Rosa Ruben
    Sana Selma Sofia Stellan Sunita Tariq Thea Tomas Uma Vera Viktor Wanda Yara Yuki Zainab
    Zoe
    """
)

LAST_NAMES = _words(
    """
    Abara Adeyemi Alvarez Andersen Aoki Arslan Bakker Banerjee Becker Bellini Berg Brandt
    Castro Chandra Choi Costa Dahl Deniz Diallo Dubois Eriksen Falk Ferrari Fischer Fontaine
    Fujita Garcia Gupta Haddad Halvorsen Hansen Ibarra Ito Ivanova Jansen Kaplan Kaur Keller
    Kim Kovac Kruger Laurent Lindqvist Lopez Maier Mancini Mbeki Mendes Moreau Nakamura
    Ndiaye Novak Okafor Olsen Oyelaran Park Pereira Petrov Quist Ramos Rao Ricci Rossi Sato
    Schmid Sharma Silva Soto Strand Suzuki Tanaka Thorsen Toure Umar Vargas Vega Virtanen
    Weber Winter Yilmaz Zeman
    """
)

ADJECTIVES = _words(
    """
    Amber Bitter Borrowed Broken Burning Crooked Distant Drowned Electric Empty Endless
    Fading Falling Feral Forgotten Frozen Gilded Hidden Hollow Hungry Invisible Last Late
    Lonely Lost Midnight Missing Narrow Northern Paper Patient Pale Quiet Reckless Restless
    Salted Scarlet Second Secret Seventh Silent Sleeping Stolen Sunken Tender Unwritten
    Velvet Wandering Wild
    """
)

NOUNS = _words(
    """
    Alibi Almanac Anchor Apple Archive Atlas Balcony Beacon Bridge Cabin Cartographer Choir
    Clockmaker Corridor Daughter Debt Detective Echo Engine Falcon Ferry Fever Garden Ghost
    Harbour Harvest Heir Horizon Hotel Island Journey Kingdom Ladder Lantern Letter
    Lighthouse Locksmith Map Mirror Mountain Neighbour Oath Orchard Orchestra Passenger
    Pilot Postcard Promise Rain River Runner Season Shadow Signal Skyline Song Sparrow
    Station Stranger Summer Tide Tower Train Translator Verdict Violin Voyage Watchman Widow
    Winter Witness Wolf
    """
)

PLACES = [
    "Alder Street",
    "the Baltic",
    "Cape Row",
    "Dust Valley",
    "Eastmark",
    "the Far Coast",
    "Glass Harbour",
    "Hollow Hill",
    "Juniper Lake",
    "Kestrel Bay",
    "the Low Country",
    "Marrow Creek",
    "the North Line",
    "Old Haven",
    "Pine Ridge",
    "Quarry Town",
    "Red Mesa",
    "Saltmarsh",
    "Tin City",
    "the Upper Valley",
    "Vesper",
    "Westerly",
    "Yarrow",
]

TITLE_PATTERNS = (
    "The {adjective} {noun}",
    "{adjective} {noun}",
    "The {noun} of {place}",
    "A {noun} in {place}",
    "{noun} and {other}",
    "The {noun}'s {other}",
    "Return to {place}",
    "Last {noun} to {place}",
)

COMPANIES = [
    "Alder House Pictures",
    "Blue Kite Films",
    "Cormorant",
    "Dovetail Studio",
    "Eleventh Floor",
    "Foxglove Films",
    "Granary Pictures",
    "Half Moon",
    "Inkwell",
    "Kestrel & Sons",
    "Lantern Street",
    "Meridian Works",
    "Night Bus",
    "Open Field",
    "Paper Boat",
    "Quayside",
    "Red Thread",
    "Sixpence",
    "Tall Grass",
    "Undertow",
    "Weathervane",
]

HEROES = [
    "a retired {noun} keeper",
    "the elder of two sisters",
    "a young translator",
    "an ambulance driver",
    "a failed magician",
    "the last of a family of smugglers",
    "the last pupil of a village school",
    "a night-shift nurse",
    "a bankrupt baker",
    "a map-maker who cannot read",
    "a judge on leave",
    "a runaway apprentice",
    "a lighthouse inspector",
    "somebody who was believed lost",
]

TROUBLES = {
    "Action": "has one night to cross the city before the bridges close",
    "Adventure": "follows a map that is wrong in exactly one place",
    "Animation": "finds a door that only opens when somebody laughs",
    "Comedy": "must keep a wedding party from finding out that there is no wedding",
    "Crime": "finds the money first and the owner second",
    "Documentary": "lets a camera follow a year of work and weather",
    "Drama": "comes home to sell the house and cannot",
    "Family": "takes in a stray that belongs to everybody",
    "Fantasy": "trades a shadow for a wish and wants it back",
    "History": "carries a letter that could end a siege",
    "Horror": "hears the same knock at the same hour in another house",
    "Musical": "has until Friday to teach a town to sing",
    "Mystery": "reads of a death a day before it happens",
    "Romance": "keeps missing the one person who should be met",
    "Science Fiction": "receives an answer to a question nobody has sent yet",
    "Thriller": "recognises a voice on a tape that should not exist",
    "War": "holds a crossing that both armies have forgotten",
    "Western": "rides in to buy a horse and stays for the trial",
}
