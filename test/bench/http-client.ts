/** A GET over one kept-alive socket with as little work of its own as possible, so that it is the server that is measured. */
import { connect, type Socket } from "node:net";

export interface Answer {
  readonly status: number;
  readonly body: Uint8Array;
}

export interface Connection {
  get(path: string): Promise<Answer>;
  close(): void;
}

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/** Opens a connection. Every answer must carry `Content-Length`. */
export function openConnection(host: string, port: number): Promise<Connection> {
  const socket = connect({ host, port, noDelay: true });
  let waiting: Waiting | undefined;
  let held: Buffer = Buffer.alloc(0);
  const fail = (error: Error) => {
    waiting?.reject(error);
    waiting = undefined;
  };
  socket.on("data", (chunk: Buffer) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    try {
      const answer = readAnswer(held);
      if (!answer || !waiting) return;
      held = Buffer.alloc(0);
      const { resolve } = waiting;
      waiting = undefined;
      resolve(answer);
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)));
    }
  });
  socket.on("close", () => fail(new Error("The server closed the connection.")));
  return new Promise((resolve, reject) => {
    socket.on("error", (error) => {
      reject(error);
      fail(error);
    });
    socket.on("connect", () => resolve({ get: (path) => ask(socket, path), close: () => socket.destroy() }));
  });

  function ask(to: Socket, path: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      waiting = { resolve, reject };
      to.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    });
  }
}

/** `undefined` until all of it is there. */
function readAnswer(bytes: Buffer): Answer | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const head = bytes.toString("latin1", 0, end);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`no Content-Length in: ${head.slice(0, 200)}`);
  const body = bytes.subarray(end + 4);
  if (body.length < Number(length)) return undefined;
  return { status: Number(head.slice(9, 12)), body };
}
