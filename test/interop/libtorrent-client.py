#!/usr/bin/python3
"""libtorrent as a test peer: one torrent, one process, JSON lines on standard output.

    libtorrent-client.py seed   TORRENT DIR [options]     verify DIR, listen, upload
    libtorrent-client.py leech  TORRENT DIR [options]     TORRENT may be a magnet URI
    libtorrent-client.py create PATH TORRENT --piece-length BYTES
    libtorrent-client.py info   TORRENT

Events: `listening` (host, port), `progress` (pieces, total, downloaded, uploaded), `done`,
`flushed` (after `done`: every write is in its file), `corrupt` (piece, whose hash was wrong), `peers` (every peer met so far, on a line `peers` from standard input and at the
end), `created` and `info` (infoHash, pieces, pieceLength, size, files).

It ends when standard input ends, on SIGTERM, or at its own deadline, so that no test can leave one behind. Nothing but the
peers and trackers it is told of is ever contacted. The file is not named `libtorrent.py`: it would then import itself.
"""

import argparse
import json
import os
import select
import signal
import sys
import time

try:
    import libtorrent as lt
except ImportError:
    sys.exit('libtorrent is missing: install the Debian package python3-libtorrent')

POLL_SECONDS = 0.02
"""How often peers are looked at; a connection shorter than this is not seen."""

REPORTED = lt.alert.category_t.error_notification | lt.alert.category_t.status_notification | lt.alert.category_t.storage_notification
"""Alerts looked at; a failed hash is status to libtorrent."""

UTP_SOCKET = 1 << 17
"""`peer_info::utp_socket`, which the Python binding leaves out."""

ENCRYPTION = {'disabled': lt.enc_policy.disabled, 'enabled': lt.enc_policy.enabled, 'forced': lt.enc_policy.forced}
CIPHERS = {'both': lt.enc_level.both, 'rc4': lt.enc_level.rc4, 'plaintext': lt.enc_level.plaintext}


def emit(event, **fields):
    print(json.dumps({'event': event, **fields}), flush=True)


def host_and_port(text):
    host, _, port = text.rpartition(':')
    return host.strip('[]'), int(port)


def join_host(host, port):
    return f'[{host}]:{port}' if ':' in host else f'{host}:{port}'


def arguments():
    parser = argparse.ArgumentParser(allow_abbrev=False)
    commands = parser.add_subparsers(dest='command', required=True)
    for name in ('seed', 'leech'):
        command = commands.add_parser(name)
        command.add_argument('torrent')
        command.add_argument('dir')
        command.add_argument('--host', default='127.0.0.1')
        command.add_argument('--port', type=int, default=0)
        command.add_argument('--peer', type=host_and_port, action='append', default=[])
        command.add_argument('--tracker', action='append', default=[], help='announce URL')
        command.add_argument('--encryption', choices=ENCRYPTION, default='enabled')
        command.add_argument('--cipher', choices=CIPHERS, default='both')
        command.add_argument('--transport', choices=('tcp', 'utp', 'any'), default='tcp')
        command.add_argument('--upload-limit', type=int, default=-1, help='bytes a second')
        command.add_argument('--download-limit', type=int, default=-1, help='bytes a second')
        command.add_argument('--receive-buffer', type=int, default=0, help='of each socket, in bytes')
        command.add_argument('--upload-slots', type=int, default=-1)
        command.add_argument('--unchecked', action='store_true', help='trust DIR: serve what lies there, right or wrong')
        command.add_argument('--super-seed', action='store_true', help='pretend to have nothing (BEP 16)')
        command.add_argument('--deadline', type=float, default=170, help='seconds')
        command.add_argument('--dht', help='HOST:PORT of a node to enter the DHT by (BEP 5)')
        command.add_argument('--pex', action='store_true', help='tell and hear of peers by ut_pex')
        command.add_argument('--alerts', action='store_true', help='write the alert log to standard error')
    create = commands.add_parser('create')
    create.add_argument('path')
    create.add_argument('torrent')
    create.add_argument('--piece-length', type=int, required=True)
    commands.add_parser('info').add_argument('torrent')
    return parser.parse_args()


def describe(info):
    return {
        'infoHash': str(info.info_hashes().v1),
        'pieces': info.num_pieces(),
        'pieceLength': info.piece_length(),
        'size': info.total_size(),
        'files': info.num_files(),
    }


def create(args):
    path = os.path.abspath(args.path)
    files = lt.file_storage()
    lt.add_files(files, path)
    # Without v1_only, libtorrent 2 makes a hybrid torrent: BEP 52 hashes, and a padding file after each file.
    torrent = lt.create_torrent(files, args.piece_length, lt.create_torrent.v1_only)
    torrent.set_creator('libtorrent ' + lt.__version__)
    lt.set_piece_hashes(torrent, os.path.dirname(path))
    with open(args.torrent, 'wb') as out:
        out.write(lt.bencode(torrent.generate()))
    emit('created', **describe(lt.torrent_info(args.torrent)))


def session(args):
    tcp, utp = args.transport in ('tcp', 'any'), args.transport in ('utp', 'any')
    # On one host all nodes have one address, which libtorrent otherwise takes for an attack.
    dht = {
        'enable_dht': True,
        'dht_bootstrap_nodes': args.dht,
        'dht_restrict_routing_ips': False,
        'dht_restrict_search_ips': False,
        'dht_ignore_dark_internet': False,
    }
    return lt.session({
        **(dht if args.dht else {'enable_dht': False}),
        'listen_interfaces': join_host(args.host, args.port),
        'enable_lsd': False,
        'enable_upnp': False,
        'enable_natpmp': False,
        'enable_incoming_tcp': tcp,
        'enable_outgoing_tcp': tcp,
        'enable_incoming_utp': utp,
        'enable_outgoing_utp': utp,
        'in_enc_policy': ENCRYPTION[args.encryption],
        'out_enc_policy': ENCRYPTION[args.encryption],
        'allowed_enc_level': CIPHERS[args.cipher],
        'allow_multiple_connections_per_ip': True,
        'smooth_connects': False,
        # Two seeds stay connected, so that a test can look at a peer after its last byte.
        'close_redundant_connections': False,
        'min_reconnect_time': 1,
        'recv_socket_buffer_size': args.receive_buffer,
        'unchoke_slots_limit': args.upload_slots,
        'disable_hash_checks': args.unchecked,
        'alert_mask': lt.alert.category_t.all_categories if args.alerts else REPORTED,
    })


def add_torrent(ses, args):
    if args.torrent.startswith('magnet:'):
        params = lt.parse_magnet_uri(args.torrent)
    else:
        params = lt.add_torrent_params()
        params.ti = lt.torrent_info(args.torrent)
    params.trackers = list(params.trackers) + args.tracker
    params.save_path = os.path.abspath(args.dir)
    # Neither paused nor auto-managed, so that it starts at once; not seeking peers of its own.
    params.flags = lt.torrent_flags.disable_lsd
    if not args.dht:
        params.flags |= lt.torrent_flags.disable_dht
    if not args.pex:
        params.flags |= lt.torrent_flags.disable_pex
    if args.unchecked:
        params.flags |= lt.torrent_flags.seed_mode
    if args.super_seed:
        params.flags |= lt.torrent_flags.super_seeding
    # Limits are the torrent's: libtorrent exempts loopback and private addresses from the session's.
    params.upload_limit = args.upload_limit
    params.download_limit = args.download_limit
    return ses.add_torrent(params)


def encryption_of(flags):
    if flags & lt.peer_info.rc4_encrypted:
        return 'rc4'
    return 'plaintext' if flags & lt.peer_info.plaintext_encrypted else 'none'


def text(value):
    return value.decode('utf-8', 'replace') if isinstance(value, bytes) else value


class Peers:
    """Every peer met, as last seen: a closed connection vanishes from libtorrent's own list."""

    def __init__(self):
        self.seen = {}

    def look(self, handle):
        for peer in handle.get_peer_info():
            flags = int(peer.flags)
            if flags & (lt.peer_info.connecting | lt.peer_info.handshake):
                continue
            self.seen[peer.ip] = {
                'address': join_host(*peer.ip),
                'direction': 'out' if flags & lt.peer_info.outgoing_connection else 'in',
                'client': text(peer.client),
                'peerId': peer.pid.to_bytes().hex(),
                'encryption': encryption_of(flags),
                'transport': 'utp' if flags & UTP_SOCKET else 'tcp',
                'seed': bool(flags & lt.peer_info.seed),
                'extensions': bool(flags & lt.peer_info.supports_extensions),
                'downloaded': peer.total_download,
                'uploaded': peer.total_upload,
            }

    def report(self):
        emit('peers', peers=list(self.seen.values()))


def run(args):
    ending = []
    signal.signal(signal.SIGTERM, lambda *_: ending.append('SIGTERM'))
    signal.signal(signal.SIGINT, lambda *_: ending.append('SIGINT'))
    deadline = time.monotonic() + args.deadline
    ses = session(args)
    handle = add_torrent(ses, args)
    peers = Peers()
    listening = dialled = done = False
    announce_at = 0
    last = None

    while not ending:
        if time.monotonic() > deadline:
            sys.exit(f'libtorrent: {args.command} did not end within {args.deadline} seconds')
        for alert in ses.pop_alerts():
            if isinstance(alert, lt.hash_failed_alert):
                emit('corrupt', piece=alert.piece_index)
            elif isinstance(alert, lt.cache_flushed_alert) and done:
                emit('flushed')
            elif args.alerts or alert.category() & lt.alert.category_t.error_notification:
                print(type(alert).__name__, alert.message(), file=sys.stderr, flush=True)
        status = handle.status()
        checking = status.state in (lt.torrent_status.checking_files, lt.torrent_status.checking_resume_data)
        if status.errc.value():
            sys.exit('libtorrent: ' + status.errc.message())
        if not checking and not listening and ses.is_listening():
            if args.command == 'seed' and not status.is_seeding:
                sys.exit(f'libtorrent: {status.num_pieces} pieces of {args.torrent} verify in {args.dir}, not all')
            listening = True
            emit('listening', host=args.host, port=ses.listen_port())
        if listening and not dialled:
            dialled = True
            for peer in args.peer:
                handle.connect_peer(peer)
        # libtorrent leaves out its first announce where the DHT starts after the torrent, and the next comes in 15 minutes.
        if args.dht and listening and ses.is_dht_running() and not peers.seen and time.monotonic() > announce_at:
            announce_at = time.monotonic() + 2
            handle.force_dht_announce()
        peers.look(handle)
        total = handle.torrent_file().num_pieces() if status.has_metadata else 0
        now = (status.num_pieces, total, status.total_payload_download, status.total_payload_upload)
        if listening and now != last:
            last = now
            emit('progress', pieces=now[0], total=now[1], downloaded=now[2], uploaded=now[3])
        if args.command == 'leech' and status.is_seeding and not done:
            done = True
            emit('done')
            handle.flush_cache()
        if select.select([0], [], [], POLL_SECONDS)[0]:
            asked = os.read(0, 4096)
            if not asked:
                break
            if b'peers' in asked:
                peers.look(handle)
                peers.report()

    peers.look(handle)
    peers.report()


def main():
    args = arguments()
    if args.command == 'create':
        create(args)
    elif args.command == 'info':
        emit('info', **describe(lt.torrent_info(args.torrent)))
    else:
        run(args)


main()
