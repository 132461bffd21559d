import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { builtinModules } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { Project, standIns } from "../../tools/lib/engine-driver.js";
import { olderStack } from "../support/engine/programs/older-stack.js";

const project = join(import.meta.dirname, "..", "..");
const plugins = Object.values(standIns);
const modules = join(project, "node_modules");

const machine = (name: string, at: number) => ({
  name,
  fqdn: `${name}.example.test`,
  address: `10.1.0.${String(at)}`,
  cores: 2,
  memory: 4096,
  hostKey: `ssh-ed25519 AAAA${name}`,
});
const settings: Record<string, Record<string, unknown>> = {
  "compiler-pool": {
    caCertificate: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    infrastructureKey: "the-infrastructure-key",
    privateKey: "the-private-key",
    caServer: "puppetca.example.test",
    puppetServer: "puppet.example.test",
    puppetdbUrls: ["https://puppetdb.example.test:8081"],
    main: machine("main", 10),
    loadBalancer: machine("balancer2", 11),
    compilers: [machine("compiler41", 12), machine("compiler42", 13)],
  },
  "existing-vpc": {
    region: "eu-central-1",
    domain: "example.test",
    subnetId: "subnet-0a000100181abcdef",
    securityGroupId: "sg-0123456789abcdef0",
    image: "ami-0123456789abcdef0",
    privateKey: "the-private-key",
    publicKey: "ssh-ed25519 AAAAlogin",
    hostKey: { public: "ssh-ed25519 AAAAhost", private: "the-host-key" },
  },
};

const examples = Object.keys(settings);

describe("the npm package", () => {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-puppet-package-"));
  // Every stack below this folder finds it here.
  const installed = join(folder, "node_modules");
  const packed = join(installed, "pulumi-puppet");
  const filesIn = (path: string): string[] =>
    readdirSync(path, { recursive: true, encoding: "utf8" }).filter((name) =>
      statSync(join(path, name)).isFile(),
    );

  beforeAll(() => {
    // A copy, so that nothing is built in the checkout while other tests use it.
    const source = join(folder, "source");
    cpSync(project, source, {
      recursive: true,
      filter: (path) => !/[/\\](node_modules|\.git|\.state|dist)$/.test(path),
    });
    symlinkSync(modules, join(source, "node_modules"));
    // Without npm's scripts, which would install into the link's target folder.
    execFileSync("node", ["--import", "tsx", "tools/commands/build.ts"], { cwd: source });
    const pack = ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder];
    const tarball =
      execFileSync("npm", pack, { cwd: source, encoding: "utf8" }).trim().split("\n").at(-1) ?? "";
    mkdirSync(packed, { recursive: true });
    execFileSync("tar", ["-xzf", join(folder, tarball), "-C", packed, "--strip-components=1"]);
    mkdirSync(join(installed, "@pulumi"));
    const others = ["@pulumi/aws", "@pulumi/command", "@pulumi/pulumi", "@pulumi/random"];
    for (const name of [...others, "eta", "js-yaml", "tsx"])
      symlinkSync(join(modules, name), join(installed, name));
    for (const name of examples)
      cpSync(join(project, "examples", name), join(folder, name), { recursive: true });
    console.log(
      `${tarball}: ${String(Math.round(statSync(join(folder, tarball)).size / 1024))} KiB`,
    );
  }, 120_000);

  afterEach(() => {
    vi.unstubAllEnvs();
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it("contains the components and the files they read, and nothing else", () => {
    const files = filesIn(packed);
    const folders = new Set(files.map((name) => name.split("/").slice(0, 2).join("/")));
    expect([...folders].sort()).toEqual([
      "LICENSE",
      "README.md",
      "dist/components",
      "dist/distributions",
      "dist/hosts",
      "dist/sbom.cdx.json",
      "dist/templates",
      "package.json",
    ]);
    for (const name of ["hosts/converge.pp", "templates/haproxy/haproxy.cfg.eta"]) {
      expect(files).toContain(`dist/${name}`);
    }
    // Platforms have more files next to the hosts' code, which no component reads.
    const read = files.filter((name) => /^dist\/hosts\//.test(name) && !/\.(js|d\.ts)$/.test(name));
    expect(read.sort()).toEqual(
      [
        ...["converge.pp", "converge.sh.eta", "diagnosis.sh", "go-back.sh", "keep.sh"],
        ...["mounts.conf.eta", "processes.sh", "proxied-ssh.sh", "put-back.sh.eta", "read.rb"],
        "restart.conf",
      ].map((name) => `dist/hosts/${name}`),
    );
    expect(files.filter((name) => /(^|\/)(aws|containers|settings)/.test(name))).toEqual([]);
  });

  it("depends on the packages that it imports, and no others", () => {
    const { dependencies } = JSON.parse(readFileSync(join(packed, "package.json"), "utf8")) as {
      dependencies: Record<string, string>;
    };
    const imported = filesIn(join(packed, "dist"))
      .filter((name) => name.endsWith(".js"))
      .flatMap((name) => [
        ...readFileSync(join(packed, "dist", name), "utf8").matchAll(/ from "([^".][^"]*)"/g),
      ])
      .map(([, name = ""]) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? "")
      .filter((name) => !name.startsWith("node:") && !builtinModules.includes(name));
    expect([...new Set(imported)].sort()).toEqual(Object.keys(dependencies).sort());
  });

  it("lists what its users install with it, with checksums, and no tools of this project", () => {
    const read = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));
    const text = readFileSync(join(packed, "dist/sbom.cdx.json"), "utf8");
    const { bomFormat, metadata, components } = JSON.parse(text) as {
      bomFormat: string;
      metadata: { component: { name: string; version: string } };
      components: { name: string; version: string; hashes?: { alg: string }[] }[];
    };
    const { name, version, dependencies, devDependencies } = read(join(packed, "package.json")) as {
      name: string;
      version: string;
    } & Record<"dependencies" | "devDependencies", Record<string, string>>;
    expect(bomFormat).toBe("CycloneDX");
    expect(metadata.component).toMatchObject({ name, version });

    const { packages } = read(join(project, "package-lock.json")) as {
      packages: Record<string, { version: string; dev?: boolean; integrity?: string }>;
    };
    const listed = components.map((one) => `${one.name}@${one.version}`);
    for (const dependency of Object.keys(dependencies)) {
      expect(listed).toContain(`${dependency}@${packages[`node_modules/${dependency}`]?.version}`);
    }
    const installed = Object.entries(packages)
      .filter(([path, { dev = false }]) => path !== "" && !dev)
      .map(([path, one]) => `${path.split("node_modules/").at(-1) ?? ""}@${one.version}`);
    expect([...new Set(listed)].sort()).toEqual([...new Set(installed)].sort());
    for (const { hashes = [] } of components) expect(hashes[0]?.alg).toBe("SHA-512");
    const tools = Object.keys(devDependencies).filter(
      (tool) => packages[`node_modules/${tool}`]?.dev === true,
    );
    expect(listed.filter((one) => tools.some((tool) => one.startsWith(`${tool}@`)))).toEqual([]);
    expect(text).not.toMatch(/registry\./);
  });

  it("has the types that the examples need, as ES modules", () => {
    const flags = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022"];
    const resolution = ["--module", "nodenext", "--moduleResolution", "nodenext"];
    const types = ["--typeRoots", join(modules, "@types"), "--types", "node"];
    // All at once, because they have most of it in common.
    const programs = examples.map((name) => join(name, "index.ts"));
    execFileSync(join(modules, ".bin", "tsc"), [...flags, ...resolution, ...types, ...programs], {
      cwd: folder,
    });
  });

  it.each(examples)("works in the preview of the example %s", async (name) => {
    const stack = new Project(join(folder, name), { plugins });
    try {
      const config = Object.fromEntries(
        Object.entries(settings[name] ?? {}).map(([key, value]) => [`${name}:${key}`, value]),
      );
      const { changes, stdout } = (await stack.preview({ config })).succeeded();
      expect(changes).toContain(
        name === "compiler-pool" ? "create Compiler compiler42" : "create Instance compiler2",
      );
      expect(stdout).not.toContain("the-private-key");
      expect(stdout).not.toContain("the-host-key");
    } finally {
      stack.remove();
    }
  });

  it("works in a stack from Pulumi's older templates: CommonJS, `moduleResolution: node`", async () => {
    const program = join(folder, "older-stack");
    mkdirSync(program);
    for (const [name, text] of Object.entries(olderStack)) writeFileSync(join(program, name), text);
    // Pulumi does not check a program again that it has already compiled.
    vi.stubEnv("TS_NODE_CACHE", "false");
    const stack = new Project(program, { plugins });
    try {
      const { changes, stdout } = (await stack.preview()).succeeded();
      expect(changes).toContain("create LoadBalancer older");
      expect(stdout).toContain('statsUrl: "https://10.1.0.11:8404/stats"');
    } finally {
      stack.remove();
    }
  });
});
