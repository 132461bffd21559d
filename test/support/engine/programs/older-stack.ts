/**
 * The files of a stack from Pulumi's older templates: no options for the runtime, so Pulumi compiles the program and
 * checks its types; CommonJS; and packages are resolved without their `exports`. As text, because in this project's
 * folders the package's name resolves to the project itself.
 */
export const olderStack: Readonly<Record<string, string>> = {
  "Pulumi.yaml": `
name: older-stack
runtime: nodejs
`,
  "package.json": `
{ "name": "older-stack", "main": "index.ts" }
`,
  "tsconfig.json": `
{
  "compilerOptions": {
    "strict": true,
    "outDir": "bin",
    "target": "es2016",
    "module": "commonjs",
    "moduleResolution": "node",
    // TypeScript 6 rejects the resolution without this line; older versions do not need it.
    "ignoreDeprecations": "6.0",
    "sourceMap": true,
    "experimentalDecorators": true,
    "pretty": true,
    "noFallthroughCasesInSwitch": true,
    "noImplicitReturns": true,
    "forceConsistentCasingInFileNames": true
  },
  "files": ["index.ts"]
}
`,
  // `export =` is an error except in CommonJS.
  "index.ts": `
import { HostArgs, LoadBalancer } from "pulumi-puppet";

const host: HostArgs = {
  name: "balancer",
  fqdn: "balancer.example.test",
  address: "10.1.0.11",
  cores: 2,
  memory: 4096,
  identity: "the-machine",
  connection: { host: "10.1.0.11", privateKey: "the-private-key", hostKey: "ssh-ed25519 AAAAhost" },
};
// An error only if the types are found, including those of other packages that the package's types use.
// @ts-expect-error
const nowhere: HostArgs = { ...host, connection: { user: "root" } };

const balancer = new LoadBalancer("older", {
  host,
  mainHost: { ...host, name: "main", fqdn: "main.example.test", address: "10.1.0.12" },
  caServer: "puppetca.example.test",
  infrastructureKey: "the-key",
  puppetServer: "puppet.example.test",
  caCertificate: "the-certificate",
  members: [],
});
export = { statsUrl: balancer.statsUrl };
`,
};
