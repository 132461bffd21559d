export { KeyType } from "../templates/code-deployment/git-access.js";

/** Tool that fetches code from Git. */
export const CodeTool = {
  /** Puppet's own tool. */
  R10k: "r10k",
  /** r10k rewritten in Go, and faster. */
  G10k: "g10k",
  /** No code deployment: environments are managed by other means. */
  None: "none",
} as const;
export type CodeTool = (typeof CodeTool)[keyof typeof CodeTool];

/** What happens to a compiler whose code is known to be outdated. */
export const OldCode = {
  /** It continues to serve. */
  Serve: "serve",
  /** It gets no new agents until it has the latest code, unless all compilers are outdated. */
  Leave: "leave",
} as const;
export type OldCode = (typeof OldCode)[keyof typeof OldCode];

/** What is checked before a release is published. */
export const CodeGate = {
  /** Also whether the catalogs of some nodes, the canaries, compile. */
  Compile: "compile",
  /** Whether Puppet can read it: manifests, templates, Hiera data, and `config_version`. */
  Syntax: "syntax",
  /** Nothing. */
  None: "none",
} as const;
export type CodeGate = (typeof CodeGate)[keyof typeof CodeGate];

/** Who decides a node's environment. */
export const NodeEnvironment = {
  /** Foreman, for each node. */
  Foreman: "foreman",
  /** The agent, through its configuration. */
  Agent: "agent",
} as const;
export type NodeEnvironment = (typeof NodeEnvironment)[keyof typeof NodeEnvironment];

/** What happens when Foreman is down for longer than its classifications are valid. */
export const ExpiredClassification = {
  /** The expired classification is served; a node that has none gets no classes. */
  Serve: "serve",
  /** The agent gets no catalog. */
  Fail: "fail",
} as const;
export type ExpiredClassification =
  (typeof ExpiredClassification)[keyof typeof ExpiredClassification];
