/** Program that fetches code from Git. */
export const CodeTool = {
  /** Puppet's own tool. */
  R10k: "r10k",
  /** r10k in Go, and faster. */
  G10k: "g10k",
  /** No code deployment: environments are managed by other means. */
  None: "none",
} as const;
export type CodeTool = (typeof CodeTool)[keyof typeof CodeTool];

/** What happens to a compiler whose code is known to be old. */
export const OldCode = {
  /** It goes on serving. */
  Serve: "serve",
  /** It gets no new agents until it has caught up, unless all compilers have old code. */
  Leave: "leave",
} as const;
export type OldCode = (typeof OldCode)[keyof typeof OldCode];

/** Who decides in which environment a node's catalog is compiled. */
export const NodeEnvironment = {
  /** Foreman, for each node. */
  Foreman: "foreman",
  /** The agent, by its configuration. */
  Agent: "agent",
} as const;
export type NodeEnvironment = (typeof NodeEnvironment)[keyof typeof NodeEnvironment];

/** What happens when Foreman is away for longer than its classifications are valid. */
export const ExpiredClassification = {
  /** The old one is served, or none to a node without one. */
  Serve: "serve",
  /** The agent gets no catalog. */
  Fail: "fail",
} as const;
export type ExpiredClassification =
  (typeof ExpiredClassification)[keyof typeof ExpiredClassification];
