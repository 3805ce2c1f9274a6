"""The shop: counts visits in PostgreSQL and tells which version on which instance answered."""

import os
import queue
import signal
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg2

VERSION = open(os.path.join(os.path.dirname(__file__), 'VERSION')).read().strip()
PORT = int(os.environ.get('PORT', '8000'))
# 1.2.0 is the version with the bug, so that a deploy of it can be seen to fail and to be undone.
BROKEN = VERSION == '1.2.0'


class Database:
    """Connections that are kept, because making one costs more than the query."""

    def __init__(self):
        self.idle = queue.LifoQueue(maxsize=8)

    def run(self, query):
        """The first column of the first row; a connection that broke while it was idle is replaced once."""
        try:
            connection = self.idle.get_nowait()
        except queue.Empty:
            return self.run_on(connect(), query)
        try:
            return self.run_on(connection, query)
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            return self.run_on(connect(), query)

    def run_on(self, connection, query):
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(query)
                value = cursor.fetchone()[0]
            self.idle.put_nowait(connection)
            return value
        except queue.Full:
            connection.close()
            return value
        except psycopg2.Error:
            connection.close()
            raise


def connect():
    return psycopg2.connect(
        host=os.environ['DATABASE_HOST'],
        dbname='shop',
        user='shop',
        password=os.environ['DATABASE_PASSWORD'],
        connect_timeout=5,
    )


def prepare():
    """Makes the table, once, whichever instance comes first; waits for a database that is still starting."""
    while True:
        try:
            connection = connect()
            with connection, connection.cursor() as cursor:
                cursor.execute('SELECT pg_advisory_xact_lock(1)')
                cursor.execute('CREATE TABLE IF NOT EXISTS visits (count bigint NOT NULL)')
                cursor.execute('INSERT INTO visits SELECT 0 WHERE NOT EXISTS (SELECT FROM visits)')
            connection.close()
            return
        except psycopg2.OperationalError as error:
            print(f'no database yet: {error}', flush=True)
            time.sleep(0.2)


database = Database()


class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_GET(self):
        try:
            if self.path == '/health':
                self.health()
            elif self.path == '/':
                visit = database.run('UPDATE visits SET count = count + 1 RETURNING count')
                greeting = 'Welcome back to the shop' if VERSION >= '1.1.0' else 'The shop'
                self.answer(200, f'{greeting} {VERSION} on {socket.gethostname()}: visit {visit}\n')
            else:
                self.answer(404, 'there is / and /health\n')
        except psycopg2.Error as error:
            self.answer(503, f'database: {error}\n')

    def health(self):
        if BROKEN:
            self.answer(500, 'the price list cannot be read\n')
        else:
            database.run('SELECT 1')
            self.answer(200, f'{VERSION}\n')

    def answer(self, status, text):
        body = text.encode()
        self.send_response(status)
        self.send_header('Content-Type', 'text/plain; charset=utf-8')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, form, *values):
        if self.path != '/health' or BROKEN:
            print(form % values, flush=True)


class Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True


def main():
    print(f'shop {VERSION} starts', flush=True)
    prepare()
    server = Server(('0.0.0.0', PORT), Handler)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f'listening on {PORT}', flush=True)
    server.serve_forever(poll_interval=0.1)
    print('ends', flush=True)


if __name__ == '__main__':
    sys.exit(main())
