"""Just enough of a reader for our own pages: a tree of elements, their text, and their tables."""
import functools
import html.parser

VOID = {"meta", "br", "wbr", "input", "link", "hr", "img"}


class Element:
    def __init__(self, tag, attributes, parent):
        self.tag, self.attributes, self.parent, self.children = tag, dict(attributes), parent, []

    def all(self, tag=None, **wanted):
        """Elements below, in order; class_="x" asks for one class among several."""
        for child in self.children:
            if isinstance(child, str):
                continue
            if (tag is None or child.tag == tag) and all(
                    value in child.attributes.get("class", "").split() if key == "class_"
                    else child.attributes.get(key) == value for key, value in wanted.items()):
                yield child
            yield from child.all(tag, **wanted)

    @functools.lru_cache(maxsize=None)
    def first_of(self, tag, wanted):
        return next(self.all(tag, **dict(wanted)), None)

    def first(self, tag=None, **wanted):
        return self.first_of(tag, tuple(sorted(wanted.items())))

    def text(self):
        """All text but that of drawings."""
        return "".join(child if isinstance(child, str) else " " if child.tag == "br" else
                       "" if child.tag == "svg" else child.text() for child in self.children)

    @functools.lru_cache(maxsize=None)  # a page that was read does not change
    def words(self):
        return " ".join(self.text().split())


class Reader(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.root = self.at = Element("root", [], None)

    def handle_starttag(self, tag, attributes):
        self.handle_startendtag(tag, attributes)
        if tag not in VOID:
            self.at = self.at.children[-1]

    def handle_startendtag(self, tag, attributes):
        self.at.children.append(Element(tag, attributes, self.at))

    def handle_endtag(self, tag):
        assert self.at.tag == tag, f"</{tag}> closes <{self.at.tag}>"
        self.at = self.at.parent

    def handle_data(self, data):
        self.at.children.append(data)


def read(path):
    reader = Reader()
    with open(path, encoding="utf-8") as page:
        reader.feed(page.read())
    assert reader.at is reader.root, f"{path}: <{reader.at.tag}> is never closed"
    return reader.root


@functools.lru_cache(maxsize=None)
def table(element):
    """Rows of cell texts, the head first."""
    return [[cell.words() for cell in row.children if not isinstance(cell, str)] for row in element.all("tr")]


@functools.lru_cache(maxsize=None)
def tables(root):
    """{caption: rows without the head}"""
    found = {}
    for one in root.all("table"):
        caption = one.first("caption")
        if caption:
            found[caption.words()] = table(one)[1:]
    return found


@functools.lru_cache(maxsize=None)
def section(root, name):
    return next((s for s in root.all("section") if s.attributes.get("aria-labelledby") == name), None)


@functools.lru_cache(maxsize=None)
def facts(element):
    """{name: value} of a section's <dl>"""
    if element is None:
        return {}
    return {row.first("dt").words(): row.first("dd").words() for row in element.all("div") if row.first("dt")}
