import { StringDecoder } from "node:string_decoder";
import type { ResourceLog } from "../framework/resource.js";
import { quoted } from "./go-text.js";
import type { CommandOutputs, Logging } from "./inputs.js";

type Stream = "stdout" | "stderr";

/** Collects a command's output, and logs it line by line as it arrives. */
export class CapturedOutput {
  readonly #chunks: Record<Stream | "both", Buffer[]> = { stdout: [], stderr: [], both: [] };
  readonly #log: ResourceLog;
  readonly #logging: Logging;
  // One line buffer for both streams, which the official plugin also mixes in this way.
  readonly #decoder = new StringDecoder("utf8");
  #partialLine = "";

  constructor(log: ResourceLog, logging: Logging | undefined) {
    this.#log = log;
    this.#logging = logging ?? "stdoutAndStderr";
  }

  add(stream: Stream, chunk: Buffer): void {
    this.#chunks[stream].push(chunk);
    this.#chunks.both.push(chunk);
    if (this.#logging !== stream && this.#logging !== "stdoutAndStderr") return;
    const lines = (this.#partialLine + this.#decoder.write(chunk)).split("\n");
    this.#partialLine = lines.pop() ?? "";
    for (const line of lines) this.#logLine(line);
  }

  /** Call this once, after the last chunk. */
  end(): void {
    const rest = this.#partialLine + this.#decoder.end();
    if (rest !== "") this.#logLine(rest);
  }

  get outputs(): CommandOutputs {
    const text = (stream: Stream): string =>
      Buffer.concat(this.#chunks[stream]).toString().replace(/\n$/, "");
    return { stdout: text("stdout"), stderr: text("stderr") };
  }

  /** The error for a command that failed for this reason. */
  failure(reason: string, commandLine: string): Error {
    const output = Buffer.concat(this.#chunks.both).toString();
    return new Error(`${reason}: running ${quoted(commandLine)}:\n${output}`);
  }

  #logLine(line: string): void {
    this.#log.infoStatus(line.replace(/\r$/, ""));
  }
}
