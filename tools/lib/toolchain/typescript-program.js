// Loaded into every Node process below a Pulumi CLI whose language host does not read `nodeargs` of Pulumi.yaml: has
// the program be compiled from TypeScript. All others, plugins among them, start without it, which saves each a fifth
// of a second.
if (process.argv.includes("--monitor")) await import("tsx");
