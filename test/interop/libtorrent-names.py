"""Prints, for each torrent of a JSON list (base64) on standard input, what libtorrent calls its files; null for one it refuses."""
import base64
import json
import sys

import libtorrent


def files_of(torrent):
    try:
        files = libtorrent.torrent_info(libtorrent.bdecode(torrent)).files()
    except RuntimeError:
        return None
    return [
        {
            "path": files.file_path(i),
            "pad": bool(files.file_flags(i) & libtorrent.file_flags_t.flag_pad_file),
            "link": files.symlink(i) if files.file_flags(i) & libtorrent.file_flags_t.flag_symlink else None,
        }
        for i in range(files.num_files())
    ]


print(json.dumps([files_of(base64.b64decode(torrent)) for torrent in json.load(sys.stdin)]))
