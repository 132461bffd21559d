import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer.js";
import { generateSchema } from "@pulumi/pulumi/provider/experimental/schema.js";
import { beforeAll, describe, expect, it } from "vitest";

/** Components that other languages can use. */
const components = [
  "PuppetInfrastructure",
  "CompilerPool",
  "Compiler",
  "LoadBalancer",
  "PuppetDb",
  "Webhook",
  "CaCertificate",
];

const project = fileURLToPath(new URL("../../..", import.meta.url));
/** Has a tsconfig.json with nothing but the components, so that no more has to be compiled. */
const folder = join(project, "test/support/engine/programs/foreign/plugin");
const manifest = JSON.parse(readFileSync(`${project}/package.json`, "utf8")) as {
  version: string;
  description: string;
};

const entry = join(project, "components/index.ts");

let schema: ReturnType<typeof generateSchema>;

function schemaOf(names: readonly string[]): typeof schema {
  const source = { ...manifest, exports: entry };
  // Its declaration wants more of a package.json than it reads.
  const given = source as unknown as ConstructorParameters<typeof Analyzer>[2];
  const { components, typeDefinitions, dependencies } = new Analyzer(
    folder,
    "puppet",
    given,
    new Set(names),
  ).analyze();
  return generateSchema(
    "puppet",
    manifest.version,
    manifest.description,
    components,
    typeDefinitions,
    dependencies,
  );
}

beforeAll(() => {
  schema = schemaOf(components);
}, 60_000);

describe("the schema for other languages", () => {
  it("has the components, under the tokens they are registered with", () => {
    expect(Object.keys(schema.resources).sort()).toEqual(
      components.map((name) => `puppet:index:${name}`).sort(),
    );
    expect(Object.values(schema.resources).every(({ isComponent }) => isComponent)).toBe(true);
  });

  it.each([
    ["PuppetInfrastructure", ["hosts"]],
    [
      "LoadBalancer",
      [
        ...["caCertificate", "caServer", "host", "infrastructureKey", "mainHost", "members"],
        "puppetServer",
      ],
    ],
    [
      "CompilerPool",
      ["caCertificate", "caServer", "hosts", "infrastructureKey", "mainHost", "subjectAltNames"],
    ],
  ])("%s asks for no more than %j", (name, required) => {
    expect(schema.resources[`puppet:index:${name}`]?.requiredInputs).toEqual(required);
  });

  it("describes every component, input, output and field, in words", () => {
    for (const [token, { description, inputProperties, properties }] of Object.entries(
      schema.resources,
    )) {
      expect(description, token).toMatch(/\.$/);
      for (const [name, property] of Object.entries({ ...inputProperties, ...properties })) {
        expect(property.description, `${token} ${name}`).toMatch(/\w/);
      }
    }
    for (const [token, { properties = {} }] of Object.entries(schema.types)) {
      for (const [name, { description }] of Object.entries(properties)) {
        expect(description ?? "", `${token} ${name}`).toMatch(/\w/);
      }
    }
    // What a link in a comment becomes.
    expect(JSON.stringify(schema)).not.toContain("[object");
  });

  it("has words to choose from where there is a choice", () => {
    const words = Object.entries(schema.types).flatMap(([token, type]) =>
      type.enum === undefined ? [] : [[token, type.enum.map(({ value }) => value)]],
    );
    expect(Object.fromEntries(words)).toEqual({
      "puppet:index:DistributionName": ["debian", "openvox8", "openvox9"],
      "puppet:index:CodeGate": ["none", "compile", "syntax"],
      "puppet:index:CodeTool": ["r10k", "g10k", "none"],
      "puppet:index:ExpiredClassification": ["serve", "fail"],
      "puppet:index:KeyType": ["ed25519", "rsa"],
      "puppet:index:NodeEnvironment": ["foreman", "agent"],
      "puppet:index:OldCode": ["serve", "leave"],
    });
  });

  it("accepts hosts as data, with the connection of remote commands", () => {
    const host = schema.types["puppet:index:HostArgs"];
    expect(host?.required).toEqual([
      "address",
      "connection",
      "cores",
      "fqdn",
      "identity",
      "memory",
      "name",
    ]);
    expect(Object.keys(schema.types["puppet:index:ConnectionArgs"]?.properties ?? {})).toContain(
      "hostKey",
    );
  });

  it("lets values from resources be known later", () => {
    const { inputProperties } = schema.resources["puppet:index:LoadBalancer"] ?? {};
    expect(inputProperties?.caCertificate).not.toHaveProperty("plain");
    expect(inputProperties?.members).not.toHaveProperty("plain");
    const host = schema.types["puppet:index:HostArgs"]?.properties;
    for (const name of ["address", "identity", "connection"]) {
      expect(host?.[name], name).not.toHaveProperty("plain");
    }
  });

  // They hand resources and host state to each other, which is TypeScript's alone; PuppetInfrastructure has them.
  it.each(["MainServer", "CertificateAuthority", "CodeDeployment", "ControlRepository"])(
    "cannot have %s, a part of the whole",
    (name) => {
      expect(() => schemaOf([name])).toThrow();
    },
  );
});
