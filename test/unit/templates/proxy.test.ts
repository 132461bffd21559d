import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const project = fileURLToPath(new URL("../../../", import.meta.url));

/** Scripts that fetch from elsewhere, perhaps through a proxy. */
const outside = ["templates/hdm/image.sh.eta"];

const texts = ["templates", "hosts"].flatMap((folder) =>
  readdirSync(join(project, folder), { recursive: true, encoding: "utf8" })
    .map((name) => `${folder}/${name}`)
    .filter((path) => /\.(eta|sh|rb|service)$/.test(path) && !outside.includes(path))
    .map((path) => [path, readFileSync(join(project, path), "utf8")] as const),
);

/** All matches, with their files. */
const found = (pattern: RegExp) =>
  texts.flatMap(([path, text]) =>
    [...text.matchAll(pattern)].map(([match]) => `${path}: ${match}`),
  );

it("requests to hosts of the infrastructure are direct, whatever proxy the environment has", () => {
  const curl = found(/\bcurl (?=-).*/g);
  expect(curl.length).toBeGreaterThanOrEqual(6);
  expect(curl.filter((line) => !/: curl --noproxy ('\*'|\*) /.test(line))).toEqual([]);
  const ruby = found(/Net::HTTP\.(new|start)\([^)]*\)/g);
  expect(ruby.length).toBeGreaterThanOrEqual(3);
  expect(ruby.filter((call) => !call.endsWith(", nil)"))).toEqual([]);
  const bootstrap = found(/.* ssl bootstrap --.*/g);
  expect(bootstrap.length).toBeGreaterThanOrEqual(2);
  expect(bootstrap.filter((line) => !line.includes("env -u http_proxy -u HTTP_PROXY "))).toEqual(
    [],
  );
});
