import { posix } from "node:path";
import type { Client, SFTPWrapper, Stats } from "ssh2";

/** The file operations that CopyToRemote needs, with errors that name the path. */
export class RemoteFiles {
  readonly #sftp: SFTPWrapper;

  private constructor(sftp: SFTPWrapper) {
    this.#sftp = sftp;
  }

  static open(client: Client): Promise<RemoteFiles> {
    return new Promise((resolve, reject) => {
      client.once("close", () => reject(new Error("EOF")));
      client.sftp((error, sftp) => {
        if (error === undefined) resolve(new RemoteFiles(sftp));
        else reject(new Error("ssh: subsystem request failed", { cause: error }));
      });
    });
  }

  /** Undefined if the path does not exist. */
  async stat(path: string): Promise<Stats | undefined> {
    try {
      return await this.#call<Stats>((done) => this.#sftp.stat(path, done));
    } catch (error) {
      if ((error as SftpError).code === noSuchFile) return undefined;
      throw explained(`failed to stat remote path ${path}`, error);
    }
  }

  /** Creates one folder; the official plugin has no error text of its own for this. */
  async mkdir(path: string): Promise<void> {
    await this.#call<unknown>((done) =>
      this.#sftp.mkdir(path, (error) => done(error, undefined)),
    ).catch((error: unknown) => {
      throw explained(`failed to create remote directory ${path}`, error);
    });
  }

  /** Creates a folder and its missing parents. */
  async mkdirAll(path: string): Promise<void> {
    const existing = await this.stat(path);
    if (existing?.isDirectory()) return;
    if (existing !== undefined) throw new Error(`mkdir ${path}: not a directory`);
    const parent = posix.dirname(path);
    if (parent !== path) await this.mkdirAll(parent);
    await this.mkdir(path);
  }

  /** Writes a file, or overwrites it, with the server's mode for new files. */
  async write(path: string, content: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<void> {
    const sftp = this.#sftp;
    const handle = await this.#call<Buffer>((done) => sftp.open(path, "w+", done)).catch(
      (error: unknown) => {
        throw explained(`failed to create remote file ${path}`, error);
      },
    );
    try {
      let position = 0;
      for await (const chunk of content) {
        await this.#call<unknown>((done) =>
          sftp.write(handle, chunk, 0, chunk.length, position, (error) => done(error, undefined)),
        );
        position += chunk.length;
      }
    } catch (error) {
      throw explained(`failed to write to remote path ${path}`, error);
    } finally {
      await this.#call<unknown>((done) => sftp.close(handle, (error) => done(error, undefined)));
    }
  }

  close(): void {
    this.#sftp.end();
  }

  #call<T>(operation: (done: (error: Error | null | undefined, result: T) => void) => void) {
    return new Promise<T>((resolve, reject) => {
      const lost = (): void => reject(new Error("connection lost"));
      this.#sftp.once("close", lost);
      operation((error, result) => {
        this.#sftp.off("close", lost);
        if (error) reject(error);
        else resolve(result);
      });
    });
  }
}

type SftpError = Error & { code?: number };
const noSuchFile = 2;
const permissionDenied = 3;

function explained(what: string, error: unknown): Error {
  const { code, message } = error as SftpError;
  const reasons: Readonly<Record<number, string>> = {
    [noSuchFile]: "file does not exist",
    [permissionDenied]: "permission denied",
  };
  const reason = reasons[code ?? 0] ?? `sftp: "${message}" (SSH_FX_FAILURE)`;
  return new Error(`${what}: ${reason}`, { cause: error });
}
