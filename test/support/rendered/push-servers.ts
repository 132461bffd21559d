/** A Git server's message: the event that a header names, and the body. */
export interface Message {
  /** Which server's header: GITHUB_EVENT, GITEA_EVENT, GITLAB_EVENT or BITBUCKET_EVENT; Azure DevOps has none. */
  header?: string;
  event?: string;
  body: unknown;
}

export const zeros = "0".repeat(40);
export const before = "6113728f27ae82c7b1a177c8d03f9e96e0adf246";
export const after = "59b20b8d5c6ff8d09518454d4dd8b7b30f095ab5";

export const github = (body: object): Pick<Message, "header" | "body"> => ({
  header: "GITHUB_EVENT",
  body: {
    ...body,
    repository: {
      id: 35129377,
      name: "Control",
      full_name: "Octo-Org/Control",
      private: true,
      owner: { name: "Octo-Org", login: "Octo-Org" },
      default_branch: "production",
    },
    sender: { login: "mona", id: 1, type: "User" },
  },
});
export const githubPush = (ref: string, changes: object = {}) =>
  github({
    ref,
    before,
    after,
    base_ref: null,
    created: false,
    deleted: false,
    forced: false,
    commits: [{ id: after, message: 'Größer, "schneller" 🚀', added: [], modified: ["x.pp"] }],
    pusher: { name: "mona", email: null },
    ...changes,
  });

export const gitea = (body: object): Pick<Message, "header" | "body"> => ({
  header: "GITEA_EVENT",
  body: {
    ...body,
    repository: { id: 1, name: "control", full_name: "org/control", default_branch: "main" },
    sender: { id: 1, login: "ada" },
  },
});

export const gitlab = (body: object): Pick<Message, "header" | "body"> => ({
  header: "GITLAB_EVENT",
  body: {
    ...body,
    user_name: "Ada",
    project_id: 15,
    project: {
      id: 15,
      name: "Control",
      path_with_namespace: "Group/Sub/control",
      default_branch: "main",
    },
    // Without the repository's full name.
    repository: { name: "Control", url: "git@gitlab.example.com:group/sub/control.git" },
    commits: [],
    total_commits_count: 0,
  },
});
export const gitlabPush = (changes: object = {}) =>
  gitlab({
    object_kind: "push",
    event_name: "push",
    before,
    after,
    ref: "refs/heads/master",
    ref_protected: true,
    checkout_sha: after,
    ...changes,
  });

export const side = (name: string, type = "branch") => ({ type, name, target: { hash: after } });
export const bitbucketCloud = (
  ...changes: object[]
): Pick<Message, "header" | "event" | "body"> => ({
  header: "BITBUCKET_EVENT",
  event: "repo:push",
  body: {
    push: { changes },
    actor: { type: "user", display_name: "Ada" },
    repository: {
      type: "repository",
      name: "control",
      full_name: "team/control",
      project: { type: "project", key: "PUP" },
      workspace: { slug: "team" },
    },
  },
});

export const change = (id: string, type: string) => ({
  ref: { id, displayId: id.replace(/^refs\/[a-z]+\//, ""), type: "BRANCH" },
  refId: id,
  fromHash: type === "ADD" ? zeros : before,
  toHash: type === "DELETE" ? zeros : after,
  type,
});
export const bitbucketServer = (
  ...changes: object[]
): Pick<Message, "header" | "event" | "body"> => ({
  header: "BITBUCKET_EVENT",
  event: "repo:refs_changed",
  body: {
    eventKey: "repo:refs_changed",
    date: "2026-09-19T09:58:11+1000",
    actor: { name: "admin", id: 1, active: true, slug: "admin", type: "NORMAL" },
    repository: {
      slug: "control",
      id: 84,
      name: "control",
      project: { key: "PUP", id: 84, name: "Puppet", public: false, type: "NORMAL" },
    },
    changes,
  },
});

/** A message of a hook of the whole GitLab. */
export const gitlabSystem = (body: object): Message => ({
  event: "System Hook",
  ...gitlab({ project_id: 15, ...body }),
});

export const update = (name: string, newObjectId = after) => ({
  name,
  oldObjectId: before,
  newObjectId,
});
export const azure = (eventType: string, resource: object = {}): Message => ({
  body: {
    subscriptionId: "00000000-0000-0000-0000-000000000000",
    notificationId: 3,
    id: "03c164c2-8912-4d5e-8009-3707d5f83734",
    eventType,
    publisherId: "tfs",
    message: { text: "Ada pushed updates to Control:production." },
    resource: {
      ...resource,
      repository: {
        id: "278d5cd2-584d-4b63-824a-2ba458937249",
        name: "Control",
        url: "https://dev.azure.com/fabrikam/_apis/git/repositories/278d5cd2-584d-4b63-824a-2ba458937249",
        project: { id: "6ce954b1-ce1f-45d1-b94d-e6bf2464ba2c", name: "My Project" },
        defaultBranch: "refs/heads/production",
        remoteUrl: "https://dev.azure.com/fabrikam/My%20Project/_git/Control",
      },
      pushedBy: { displayName: "Ada", uniqueName: "ada@fabrikam.example.com" },
      pushId: 14,
    },
    resourceVersion: "1.0",
    createdDate: "2026-09-19T09:58:11.000Z",
  },
});
export const azurePush = (...refUpdates: object[]): Message => azure("git.push", { refUpdates });
