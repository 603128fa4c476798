"""Files as a power cut can have left them, from what tests/support/disk_recorder.cpp recorded of a program's writes."""
import os
import shutil
import struct

HEAD = struct.Struct("<IIQQQ")
CREATE, WRITE, WRITE_DURABLE, RESIZE, SYNC, SYNC_FOLDER, RENAME, REMOVE = range(1, 9)
SECTOR = 512  # What a disk writes whole or not at all.
WITH_DATA = (WRITE, WRITE_DURABLE)


def read_record(path):
    """What was done, in order: (call, path, file, offset, bytes written)."""
    with open(path, "rb") as file:
        record = file.read()
    done, at = [], 0
    while at < len(record):
        call, path_bytes, inode, offset, length = HEAD.unpack_from(record, at)
        at += HEAD.size
        name = record[at : at + path_bytes].decode()
        at += path_bytes
        data = record[at : at + length] if call in WITH_DATA else b""
        at += len(data)
        done.append((call, name, inode, offset, data))
    return done


class Disk:
    """Plays a record. What was synced is there; of all else that was written any part may be, whatever came first."""

    def __init__(self):
        self.synced = {}  # File: its bytes.
        self.waiting = []  # (file, offset, bytes), or (file, length, None).
        self.names = {}  # Path: file.
        self.renames = []  # (path or None, path or None, file): in order, as journals keep them.

    def do(self, step):
        call, path, file, offset, data = step
        if call == CREATE:
            self.synced[file] = bytearray()
            self.renames.append((None, path, file))
        elif call == WRITE:
            self.waiting.append((file, offset, data))
        elif call == WRITE_DURABLE:
            self.apply(self.synced, (file, offset, data))
        elif call == RESIZE:
            self.waiting.append((file, offset, None))
        elif call == SYNC:
            for write in self.waiting:
                if write[0] == file:
                    self.apply(self.synced, write)
            self.waiting = [write for write in self.waiting if write[0] != file]
        elif call == SYNC_FOLDER:
            for change in self.renames:
                self.rename(self.names, change)
            self.renames = []
        elif call == RENAME:
            self.renames.append((*path.split("\n"), None))
        elif call == REMOVE:
            self.renames.append((path, None, None))

    @staticmethod
    def apply(files, write):
        file, offset, data = write
        content = files.setdefault(file, bytearray())
        if data is None:
            del content[offset:]
            content.extend(bytes(offset - len(content)))
            return
        content.extend(bytes(max(0, offset - len(content))))
        content[offset : offset + len(data)] = data

    @staticmethod
    def rename(names, change):
        before, after, file = change
        if before is not None:
            file = names.pop(before, file)
        if after is not None and file is not None:
            names[after] = file

    def after_power_cut(self, rng, step=None):
        """The files by their names, {path: bytes}; `step`: what was under way, some of which may have been done."""
        files = {file: bytearray(content) for file, content in self.synced.items()}
        waiting = list(self.waiting)
        if step is not None and step[0] in WITH_DATA:
            waiting.append(step[2:])
        share = rng.choice((0.0, 0.1, 0.5, 0.9, 1.0))
        rng.shuffle(waiting)
        for file, offset, data in waiting:
            if rng.random() >= share:
                continue
            if data is None or rng.random() < 0.5:
                self.apply(files, (file, offset, data))
                continue
            for at in range(0, len(data), SECTOR):  # Torn.
                if rng.random() < 0.5:
                    self.apply(files, (file, offset + at, data[at : at + SECTOR]))
        names = dict(self.names)
        for change in self.renames[: rng.randrange(len(self.renames) + 1)]:
            self.rename(names, change)
        return {path: bytes(files.get(file, b"")) for path, file in names.items()}


def restore(files, before, folder):
    """Writes files that were below the folder `before` to `folder`, which is made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    for path, content in files.items():
        target = os.path.join(folder, os.path.relpath(path, before))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(content)
