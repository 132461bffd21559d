/** Program that brings code from Git. */
export const CodeTool = {
  /** Puppet's own. */
  R10k: "r10k",
  /** The same in Go, and faster. */
  G10k: "g10k",
  /** Environments are left to whoever puts them there. */
  None: "none",
} as const;
export type CodeTool = (typeof CodeTool)[keyof typeof CodeTool];

/** What becomes of a compiler whose code is known to be old. */
export const OldCode = {
  /** It goes on. */
  Serve: "serve",
  /** It gets no new agents until it has caught up, unless all are so. */
  Leave: "leave",
} as const;
export type OldCode = (typeof OldCode)[keyof typeof OldCode];
