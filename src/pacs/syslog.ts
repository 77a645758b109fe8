import { createSocket } from 'node:dgram';
import { connect as connectTcp, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { connect as connectTls } from 'node:tls';
import { connectionCode, said, type HarmlessText } from '../io/harmless';
import { LineFile } from './log-file';
import type { ClientTls } from './tls-fetch';

// Hand-written: RFC 5424 is one line of header; packages for it bring logging frameworks of their own.

/** Takes audit messages; never throws, and never waits. */
export interface AuditSink {
  /** Why messages wait to be written to a file; undefined where none does. */
  readonly failure?: HarmlessText;
  send(message: string): void;
  /** Sends what waits, for a few seconds at most. */
  close(): Promise<void>;
}

/** Where audit messages go. */
export type AuditTarget =
  | { kind: 'file'; path: string }
  /** UDP (RFC 5426), TCP and TLS with the length before each message (RFC 6587, 5425). */
  | { kind: 'udp'; host: string; port: number }
  | { kind: 'tcp' | 'tls'; host: string; port: number };

/** Messages that wait for a connection, or for room on the disk, at most; the oldest are lost then, which is told. */
const mostWaiting = 10_000;
/** Wait before a connection is tried again, milliseconds. */
const again = 5000;
/** Time that the last messages have, milliseconds. */
const longestEnd = 3000;

/**
 * @param onFailure told when messages cannot be sent or are lost
 * @throws Error that names --audit and the file, where that cannot be opened
 */
export function auditSink(
  target: AuditTarget,
  onFailure: (reason: HarmlessText) => void,
  tls: ClientTls = {},
): AuditSink {
  switch (target.kind) {
    case 'file':
      return new FileSink(target.path, onFailure);
    case 'udp':
      return new UdpSink(target, onFailure);
    default:
      return new StreamSink(target, onFailure, tls);
  }
}

/** RFC 5424: facility 10 (security), severity 5 (notice), as PS3.15 A.6 asks; UTF-8 with its mark. */
function syslogLine(message: string, now = new Date()): string {
  return `<85>1 ${now.toISOString()} ${hostname()} explain ${process.pid} DICOM+RFC3881 - \uFEFF${message}`;
}

/** Messages that cannot be written wait for the next one that can. */
class FileSink implements AuditSink {
  private readonly waiting: string[] = [];
  private readonly file: LineFile;

  constructor(
    path: string,
    private readonly onFailure: (reason: HarmlessText) => void,
  ) {
    this.file = new LineFile('--audit', path, 0o600);
  }

  get failure(): HarmlessText | undefined {
    return this.file.failure;
  }

  send(message: string): void {
    if (this.waiting.length === mostWaiting) {
      this.waiting.shift();
      this.onFailure(tooMany);
    }
    this.waiting.push(`${message}\n`);
    this.flush();
    if (this.failure) this.onFailure(this.failure);
  }

  close(): Promise<void> {
    this.flush();
    if (this.waiting.length > 0) this.onFailure(unsent(this.waiting.length));
    return Promise.resolve();
  }

  private flush(): void {
    while (this.waiting.length > 0 && this.file.append(this.waiting[0])) this.waiting.shift();
  }
}

const tooMany = said`too many messages wait, the oldest are lost`;

function unsent(count: number): HarmlessText {
  return said`${count} messages were not sent`;
}

class UdpSink implements AuditSink {
  private readonly socket;
  private readonly waiting = new Set<Promise<void>>();

  constructor(
    private readonly target: { host: string; port: number },
    private readonly onFailure: (reason: HarmlessText) => void,
  ) {
    this.socket = createSocket(target.host.includes(':') ? 'udp6' : 'udp4');
    this.socket.on('error', error => onFailure(reasonOf(error)));
    this.socket.unref();
  }

  send(message: string): void {
    const sent = new Promise<void>(resolve => {
      this.socket.send(syslogLine(message), this.target.port, this.target.host, error => {
        if (error) this.onFailure(reasonOf(error));
        resolve();
      });
    });
    this.waiting.add(sent);
    void sent.then(() => this.waiting.delete(sent));
  }

  async close(): Promise<void> {
    await within(Promise.all(this.waiting));
    this.socket.close();
  }
}

class StreamSink implements AuditSink {
  private readonly waiting: string[] = [];
  private socket: Socket | undefined;
  private isConnected = false;
  private isClosing = false;
  private timer: NodeJS.Timeout | undefined;
  private wake: () => void = () => undefined;

  constructor(
    private readonly target: { kind: 'tcp' | 'tls'; host: string; port: number },
    private readonly onFailure: (reason: HarmlessText) => void,
    private readonly tls: ClientTls,
  ) {
    this.connect();
  }

  send(message: string): void {
    if (this.waiting.length === mostWaiting) {
      this.waiting.shift();
      this.onFailure(tooMany);
    }
    const line = syslogLine(message);
    this.waiting.push(`${Buffer.byteLength(line)} ${line}`);
    this.flush();
  }

  async close(): Promise<void> {
    this.isClosing = true;
    if (this.waiting.length > 0) await within(new Promise<void>(resolve => (this.wake = resolve)));
    if (this.waiting.length > 0) this.onFailure(unsent(this.waiting.length));
    clearTimeout(this.timer);
    await within(new Promise<void>(resolve => (this.socket ? this.socket.end(() => resolve()) : resolve())));
    this.socket?.destroy();
  }

  private connect(): void {
    const { kind, host, port } = this.target;
    const socket =
      kind === 'tls' ? connectTls({ host, port, servername: host, ...this.tls }) : connectTcp(port, host);
    this.socket = socket;
    socket.once(kind === 'tls' ? 'secureConnect' : 'connect', () => {
      this.isConnected = true;
      this.flush();
    });
    socket.on('error', error => this.onFailure(reasonOf(error)));
    socket.on('close', () => {
      this.isConnected = false;
      if (this.isClosing) return;
      this.timer = setTimeout(() => this.connect(), again);
      this.timer.unref();
    });
    // It is no reason to stay.
    socket.unref();
  }

  /** A message leaves the row when the system has taken it. */
  private flush(): void {
    while (this.isConnected && this.waiting.length > 0) this.socket!.write(this.waiting.shift()!);
    if (this.waiting.length === 0) this.wake();
  }
}

function reasonOf(error: unknown): HarmlessText {
  return connectionCode((error as { code?: unknown }).code) ?? said`no reason known`;
}

async function within(promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>(resolve => (timer = setTimeout(resolve, longestEnd)));
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
