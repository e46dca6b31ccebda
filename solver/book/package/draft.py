"""The parts of a file on their way to other contents: what is looked at is unpacked once, what is changed is packed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.book.markup import Element, from_utf8, parse, to_utf8
from solver.book.package.archive import Archive, part_key
from solver.book.package.repack import rewrite
from solver.book.splice import splice, whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.book.splice import Content, Spliced


class Draft:
    """An archive with parts changed, added and dropped; all contents are in UTF-8 until they are written."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._seen: dict[str, tuple[Content, str]] = {}
        self._changed: dict[str, Content | Spliced] = {}
        self._added: dict[str, bytes] = {}
        self._dropped: set[str] = set()

    def __contains__(self, part: str) -> bool:
        return part in self._archive or any(part_key(name) == part_key(part) for name in self._added)

    def content(self, part: str) -> bytes:
        """A part as it stands now."""
        return whole(self.slices(part))

    def slices(self, part: str) -> Content:
        """The same, to be looked at in slices."""
        if part in self._added:
            return self._added[part]
        key = part_key(part)
        if key in self._changed:
            self._changed[key] = content = whole(self._changed[key])
            return content
        if key not in self._seen:
            self._seen[key] = to_utf8(self._archive.content(part))
        return self._seen[key][0]

    def put(self, part: str, content: Content | Spliced) -> None:
        """Gives a part another content; one that stays as it was is not packed anew."""
        if part in self._added:
            self._added[part] = whole(content)
        elif content is not self.slices(part):
            self._changed[part_key(part)] = content

    def add(self, part: str, content: bytes) -> None:
        """Adds a part."""
        self._added[part] = content

    def drop(self, part: str) -> None:
        """Leaves a part out."""
        self._dropped.add(part)

    def append(self, part: str, xml: str) -> None:
        """Puts an empty element (without its `<`) at the end of a part's root, in the root's namespace."""
        content = self.content(part)
        tree = parse(content, part)
        name = content[tree.start + 1 : tree.inner]
        prefix = name.split(tree.name.encode())[0]
        new = b"<" + prefix + xml.encode()
        if tree.inner == tree.stop:
            tag = content[tree.start : tree.inner - 2].rstrip()
            whole = tag + b">" + new + b"</" + prefix + tree.name.encode() + b">"
            self.put(part, splice(content, [(tree.start, tree.stop, whole)]))
        else:
            self.put(part, splice(content, [(tree.close, tree.close, new)]))

    def remove(self, part: str, unwanted: Callable[[Element], bool]) -> None:
        """Takes elements out of a part's root."""
        content = self.content(part)
        found = [(e.start, e.stop, b"") for e in parse(content, part).children if unwanted(e)]
        if found:
            self.put(part, splice(content, found))

    def written(self) -> bytes:
        """The file; records of parts that are not changed are copied byte for byte."""
        changed = dict(self._changed)
        for key, content in changed.items():
            if codec := self._seen[key][1]:
                changed[key] = from_utf8(whole(content), codec)
        return rewrite(self._archive, changed, self._added, self._dropped)
