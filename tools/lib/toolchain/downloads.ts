import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { Problem } from "../problem.js";

/** Where Pulumi's official CLI and plugins are downloaded from. */
const service = "https://get.pulumi.com/";

/** A file cannot be had or checked; what it is for may come from somewhere else. */
export class Unavailable extends Error {}

/**
 * Checks whether Pulumi's download service answers within five seconds.
 *
 * @returns undefined if it answers, else the reason why not
 */
export async function downloadsUnreachable(): Promise<string | undefined> {
  try {
    await fetch(service, { method: "HEAD", signal: AbortSignal.timeout(5000) });
    return undefined;
  } catch (error) {
    return `${service} cannot be reached: ${reasonOf(error)}`;
  }
}

/**
 * Downloads an archive, and verifies it by the checksum that is published with it before anybody can use it.
 *
 * @param archive path of the archive on the service
 * @param checksums path of the file with the release's checksums, SHA-256 or SHA-1
 * @param folder folder for the archive
 * @returns path of the archive
 * @throws Unavailable if one of the files cannot be had, or the archive has no published checksum
 * @throws Problem if the checksum is a different one
 */
export async function download(
  { archive, checksums }: { archive: string; checksums: string },
  folder: string,
): Promise<string> {
  const [from, sums] = [`${service}${archive}`, `${service}${checksums}`];
  const name = basename(archive);
  const published = await (await get(sums, 30)).text().catch(unavailable(sums));
  const line = new RegExp(
    `^([0-9a-f]{64}|[0-9a-f]{40}) [ *](\\./)?${name.replaceAll(".", "\\.")}$`,
    "m",
  );
  const [, expected] = line.exec(published) ?? [];
  if (expected === undefined) throw new Unavailable(`${sums} has no checksum of ${name}`);

  const file = join(folder, name);
  const hash = createHash(expected.length === 64 ? "sha256" : "sha1");
  const { body } = await get(from, 1200);
  if (body === null) throw new Unavailable(`${from} is empty`);
  await pipeline(
    body as AsyncIterable<Uint8Array>,
    async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(file, { mode: 0o600 }),
  ).catch(unavailable(from));
  const actual = hash.digest("hex");
  if (actual !== expected) {
    throw new Problem(
      `${from} has the checksum ${actual}, but ${sums} says ${expected}, so it was not used; run this again later, and tell Pulumi if it stays so.`,
    );
  }
  return file;
}

/** Requests a file; also where it redirects to must be HTTPS. */
async function get(url: string, seconds: number): Promise<Response> {
  const signal = AbortSignal.timeout(seconds * 1000);
  const response = await fetch(url, { signal }).catch(unavailable(url));
  if (!response.ok) throw new Unavailable(`${url} cannot be fetched: ${String(response.status)}`);
  if (!response.url.startsWith("https:")) {
    throw new Unavailable(`${url} redirects to ${response.url}, which is not HTTPS`);
  }
  return response;
}

const unavailable = (url: string) => (error: unknown) => {
  throw new Unavailable(`${url} cannot be fetched: ${reasonOf(error)}`);
};

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
