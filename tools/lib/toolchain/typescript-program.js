// Loaded into every Node process below a Pulumi CLI whose language host ignores `nodeargs` in Pulumi.yaml: compiles the
// program from TypeScript. Other processes, such as plugins, start without it, which saves a fifth of a second each.
if (process.argv.includes("--monitor")) await import("tsx");
