# SPDX-License-Identifier: GPL-2.0-or-later
"""ELF core files made by hand: of any size of addresses and byte order, whole or damaged."""
import struct

PT_LOAD, PT_NOTE = 1, 4
PN_XNUM = 0xffff
NT_PRSTATUS, NT_PRPSINFO, NT_AUXV, NT_FILE = 1, 3, 6, 0x46494c45
AT_RANDOM, AT_EXECFN, AT_SYSINFO_EHDR = 25, 31, 33
EM_X86_64 = 62


class Core:
    """A core file as the kernel lays it out: header, program headers, notes, memory.

    Core().process(1100, "cat", "cat a ").segment(0x400000, 0x1000, "r-x").bytes()"""

    def __init__(self, bits=64, order="<", machine=EM_X86_64, short_ids=False):
        self.bits, self.order, self.machine = bits, order, machine
        self.short_ids = short_ids  # user ids of 16 bits, as on i386
        self.word = order + ("Q" if bits == 64 else "I")
        self.notes, self.segments, self.files = [], [], []
        self.page_size = 4096
        self.type = 4  # ET_CORE
        self.counted_elsewhere = False  # as for 65,535 program headers and more

    def words(self, *numbers):
        return b"".join(struct.pack(self.word, number) for number in numbers)

    def numbers(self, *numbers):
        return struct.pack(self.order + "%dI" % len(numbers), *numbers)

    def note(self, kind, contents, name=b"CORE\0"):
        self.notes.append(self.numbers(len(name), len(contents), kind) +
                          name + bytes(-len(name) % 4) + contents + bytes(-len(contents) % 4))
        return self

    def process(self, pid, comm="comm", arguments="comm "):
        """NT_PRPSINFO: the name, and the arguments with blanks for NULs."""
        ids = struct.pack(self.order + ("2H" if self.short_ids else "2I"), 0, 0)
        head = bytes(8) + self.words(0) if self.bits == 64 else bytes(4) + self.words(0)
        return self.note(NT_PRPSINFO, head + ids + self.numbers(pid, 1, pid, pid) +
                         comm.encode().ljust(16, b"\0")[:16] +
                         arguments.encode()[:79].ljust(80, b"\0"))

    def thread(self, tid):
        """NT_PRSTATUS, without registers."""
        return self.note(NT_PRSTATUS, bytes(16) + self.words(0, 0) + self.numbers(tid) + bytes(200))

    def vector(self, **pairs):
        """NT_AUXV: vector(AT_EXECFN=0x7ffd00000000)."""
        words = [word for key, value in pairs.items() for word in (globals()[key], value)]
        return self.note(NT_AUXV, self.words(*words, 0, 0))

    def file(self, start, end, name, offset=0):
        """A file of NT_FILE, its offset in pages."""
        self.files.append((start, end, offset, name if isinstance(name, bytes) else name.encode()))
        return self

    def segment(self, start, size, flags="rw-", dumped=None, contents=b""):
        """Memory, of which so many bytes are dumped: by default all."""
        self.segments.append((start, size, flags, size if dumped is None else dumped, contents))
        return self

    def file_note(self):
        return self.words(len(self.files), self.page_size) + \
            b"".join(self.words(*file[:3]) for file in self.files) + \
            b"".join(file[3] + b"\0" for file in self.files)

    def header(self, kind, flags, offset, address, size, memory):
        bits = sum(bit for bit, letter in zip((4, 2, 1), "rwx") if letter in flags)
        if self.bits == 64:
            return struct.pack(self.order + "2I6Q", kind, bits, offset, address, 0, size, memory, 0)
        return struct.pack(self.order + "8I", kind, offset, address, 0, size, memory, bits, 0)

    def first(self, kind, count, entry, sections=0):
        """The header of the file."""
        head, section = (64, 64) if self.bits == 64 else (52, 40)
        ident = b"\x7fELF" + bytes([self.bits // 32, 1 if self.order == "<" else 2, 1])
        return ident.ljust(16, b"\0") + struct.pack(
            self.order + "HHI" + self.word[1] * 3 + "I6H", kind, self.machine, 1, 0, head, sections,
            0, head, entry, count, section if sections else 0, 1 if sections else 0, 0)

    def bytes(self):
        notes = list(self.notes)
        if self.files:
            self.note(NT_FILE, self.file_note())
            notes, self.notes = self.notes, notes
        head, entry = (64, 56) if self.bits == 64 else (52, 32)
        count = 1 + len(self.segments)
        elsewhere = self.counted_elsewhere or count >= PN_XNUM
        at = head + entry * count
        table = [self.header(PT_NOTE, "r", at, 0, sum(map(len, notes)), 0)]
        body = list(notes)
        at += sum(map(len, notes))
        for start, size, flags, dumped, contents in self.segments:
            table.append(self.header(PT_LOAD, flags, at, start, dumped, size))
            body.append(contents[:dumped].ljust(dumped, b"\0"))
            at += dumped
        first = self.first(self.type, PN_XNUM if elsewhere else count, entry, at if elsewhere else 0)
        if elsewhere:
            # The section header that nothing but the number of program headers is in.
            body.append(struct.pack(self.order + "II" + self.word[1] * 4 + "II" + self.word[1] * 2,
                                    0, 0, 0, 0, 0, 0, 0, count, 0, 0))
        return first + b"".join(table + body)


def program(*segments, bits=64, order="<"):
    """The beginning of a program with these segments: (offset, address, size, flags) of each."""
    core = Core(bits, order)
    entry = 56 if bits == 64 else 32
    return core.first(3, len(segments), entry) + b"".join(
        core.header(PT_LOAD, flags, offset, address, size, size)
        for offset, address, size, flags in segments)
