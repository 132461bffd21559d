import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished, vi } from "vitest";

const service = "https://get.pulumi.com/";
/** Before a test replaces it. */
const real = globalThis.fetch;

/** What the service has: files by path, and what it does instead of sending one. */
export interface Published {
  readonly files: Readonly<Record<string, Buffer | string>>;
  /** Path of a file whose connection is cut in the middle. */
  readonly cut?: string;
  /** Path of a file that is elsewhere, and where. */
  readonly moved?: readonly [string, string];
}

/**
 * Starts a server on this machine in the place of Pulumi's download service, until the test ends.
 *
 * @returns the paths that were requested
 */
export async function downloadService({ files, cut, moved }: Published): Promise<string[]> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? "/").slice(1);
    if (request.method === "GET") asked.push(path);
    const file = Buffer.from(files[path] ?? "");
    if (!(path in files)) return void response.writeHead(path === "" ? 200 : 404).end();
    response.writeHead(200, { "content-length": file.length });
    if (path !== cut) return void response.end(file);
    response.write(file.subarray(0, file.length / 2), () => response.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const here = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  vi.stubGlobal("fetch", async (url: string, init?: RequestInit) => {
    const response = await real(url.replace(service, here), init);
    const at = moved !== undefined && url === service + moved[0] ? moved[1] : url;
    return Object.defineProperty(response, "url", { value: at });
  });
  return asked;
}

/** A file with checksums as Pulumi publishes it: `shasum` writes `./` before names, and GoReleaser does not. */
export const checksumsOf = (
  files: Readonly<Record<string, Buffer>>,
  algorithm: "sha256" | "sha1" = "sha256",
): string =>
  Object.entries(files)
    .map(([name, content]) => {
      const sum = createHash(algorithm).update(content).digest("hex");
      return `${sum}  ${algorithm === "sha1" ? "./" : ""}${name}\n`;
    })
    .join("");
