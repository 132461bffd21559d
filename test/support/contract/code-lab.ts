import { debian } from "../../../distributions/debian.js";
import {
  renderDeploy,
  renderLibrary,
  renderMainLibrary,
  renderMainSettings,
  renderToolConf,
  type Source,
  type Tool,
} from "../../../templates/code-deployment/code-deployment.js";
import { run } from "../../../tools/lib/shell.js";
import { startTestContainer, type TestContainer } from "../containers.js";

/** What a deploy recorded. */
export interface Deployment {
  readonly outcome: string;
  readonly what: string;
  readonly errors: readonly string[];
  readonly notes: readonly string[];
  readonly notDeployed: readonly string[];
  readonly servers: readonly { state: string; commits: Readonly<Record<string, string>> }[];
  /** What it told the journal. */
  readonly told: string;
}

/** Texts of files by path; an empty text removes the file. A path that ends with @ is a symbolic link to the text. */
export type Texts = Readonly<Record<string, string>>;

/** What a request asks for. */
export interface Wish {
  readonly all?: boolean;
  readonly environments?: readonly string[];
  readonly removed?: readonly string[];
  readonly modules?: readonly { repository: string; branch: string }[];
}

const home = "/var/lib/puppet-code";
const requests = "/var/lib/puppet-code-request";
const environments = "/srv/environments";
const flushes = "/run/puppet-code-flush.sock";
const all: Wish = { all: true };

/** Commits to a branch of a repository, which it creates; reads JSON, and prints the commit. */
const committer = `
require "fileutils"; require "json"
repository, branch, files, base = JSON.parse($stdin.read)
def git(*words) = system("git", *words, exception: true, out: File::NULL, err: File::NULL)
git("init", "--bare", "--initial-branch=production", repository) unless File.directory?(repository)
work = "/srv/work"; FileUtils.rm_rf(work)
git("clone", repository, work)
Dir.chdir(work)
from = [branch, base].compact.map { |name| "refs/remotes/origin/#{name}" }.find { |ref| system("git", "rev-parse", "-q", "--verify", ref, out: File::NULL) }
if from then git("checkout", "-q", "--detach", from)
else
  git("checkout", "-q", "--orphan", "fresh")
  git("rm", "-r", "-f", "-q", "--ignore-unmatch", ".")
end
files.each do |path, text|
  name = path.delete_suffix("@")
  path == name ? FileUtils.rm_f(name) : FileUtils.rm_rf(name)
  next if text.empty?
  FileUtils.mkdir_p(File.dirname(name))
  path == name ? File.write(name, text) : File.symlink(text, name)
end
git("add", "--all"); git("commit", "--allow-empty", "-m", "test")
git("push", "--force", "origin", "HEAD:refs/heads/#{branch}")
print IO.popen(["git", "rev-parse", "HEAD"], &:read)
`;

/** A host with the scripts that deploy code, and repositories on its own disk. */
export class CodeLab {
  private constructor(
    private readonly container: TestContainer,
    private readonly tool: Tool,
    private readonly user: string,
  ) {}

  /** Starts one; its name is unique on this machine. Deploys run as a user that there is by then. */
  static async start(name: string, tool: Tool, user = "root"): Promise<CodeLab> {
    const lab = new CodeLab(await startTestContainer(`${name}-${tool}`), tool, user);
    const library = { "puppet_code.rb": renderLibrary(), ...renderMainLibrary() };
    for (const [name, content] of Object.entries(library)) {
      await lab.write(`/usr/local/lib/puppet-code/${name}`, content);
    }
    await lab.write("/usr/local/sbin/puppet-code-deploy", renderDeploy(debian.paths), "0755");
    await lab.write("/usr/local/lib/commit.rb", committer);
    await lab.run(
      "git config --global user.name test; git config --global user.email test@localhost",
    );
    await lab.answerFlushes();
    await lab.reset();
    return lab;
  }

  remove = () => this.container.remove();

  /** Runs a Bash script; gives what it prints. */
  async run(script: string, stdin = ""): Promise<string> {
    const { code, stdout, stderr } = await this.container.exec(["bash", "-ec", script], { stdin });
    if (code !== 0) throw new Error(`${script}: exit ${String(code)}: ${stdout}${stderr}`);
    return stdout.trimEnd();
  }

  write(path: string, content: string, mode = "0644"): Promise<string> {
    return this.run(`install -D -m ${mode} /dev/stdin ${path}`, content);
  }

  /** Begins anew: no repository, nothing deployed, and one source, `/srv/control`. */
  async reset(): Promise<void> {
    await this.run(`rm -rf ${home} ${requests} ${environments} /srv/*
      mkdir -p ${environments} ${requests}/{new,result} ${home}/{staging,mirrors,published}`);
    await this.settings({});
  }

  /** Sets what differs from the defaults. */
  async settings(changes: {
    /** Another tool than the one that it started with. */
    tool?: Tool;
    sources?: readonly Source[];
    defaultEnvironment?: string;
    gate?: string;
    generateTypes?: boolean;
    compilers?: readonly { name: string; fqdn: string }[];
    puppetdb?: true;
    credentials?: readonly { name: string; url: string }[];
  }): Promise<void> {
    const values = {
      ...{ name: "main", fqdn: "main.example.test", environments, tool: this.tool },
      ...{ compilers: [], postRun: [], puppet: "/usr/bin/puppet" },
      ...{ puppetConf: "/etc/puppet/puppet.conf", generateTypes: false, poolSize: 4 },
      ...{ defaultEnvironment: "production", gate: "none" },
      sources: [{ name: "control", remote: "/srv/control" }],
      ...changes,
    };
    await this.write("/etc/puppet-code/settings.json", renderMainSettings(values));
    await this.write(`/etc/puppet-code/${values.tool}.yaml`, renderToolConf(values));
  }

  /** Commits to a branch, which begins at `production` if it is new, or at another; gives the commit. */
  commit(
    branch: string,
    files: Texts = {},
    repository = "/srv/control",
    base = "production",
  ): Promise<string> {
    const values = JSON.stringify([repository, branch, files, base]);
    return this.run("ruby -EUTF-8:UTF-8 /usr/local/lib/commit.rb", values);
  }

  git(words: string, repository = "/srv/control"): Promise<string> {
    return this.run(`git --git-dir ${repository} ${words}`);
  }

  /** A repository with a module that has one class. */
  async module(name: string, branch = "main"): Promise<void> {
    await this.commit(branch, { "manifests/init.pp": `class ${name} {}\n` }, `/srv/${name}`);
  }

  /** Has everything deployed, or what a request asks for. */
  async deploy(wish: Wish = all): Promise<Deployment> {
    await this.write(`${requests}/new/1-one`, JSON.stringify(wish));
    const as = `runuser --user ${this.user} -- env HOME=${home}`;
    const told = await this.run(
      this.user === "root"
        ? "timeout 300 puppet-code-deploy 2>&1"
        : `chown -R ${this.user}: ${home} ${requests} ${environments}; ${as} timeout 300 puppet-code-deploy 2>&1`,
    );
    const result = await this.run(`cat ${requests}/result/deployment.json`);
    return { ...(JSON.parse(result) as Omit<Deployment, "told">), told };
  }

  /** Cuts the power of the host, and boots it again. */
  async powerCut(): Promise<void> {
    for (const words of [["kill"], ["start"]]) {
      const { code, stderr } = await run(["podman", ...words, this.container.name]);
      if (code !== 0) throw new Error(`podman ${words.join(" ")}: ${stderr}`);
    }
    await this.run(
      "timeout 60 sh -c 'until systemctl is-system-running --quiet; do sleep 0.2; done'",
    );
    await this.answerFlushes();
  }

  /** Answers as Puppet Server does when it has read its environments anew. */
  private answerFlushes(): Promise<string> {
    return this.run(
      `rm -f ${flushes}; systemd-run --quiet --unit=flush ruby -rsocket -e 'server = UNIXServer.new("${flushes}"); loop { server.accept.close }'
      timeout 10 sh -c 'until test -S ${flushes}; do sleep 0.1; done'`,
    );
  }

  /** Names of the environments that are served. */
  async served(): Promise<string[]> {
    return (await this.run(`ls ${environments}`)).split("\n").filter(Boolean);
  }

  /** Paths of the files of an environment, but what the tools note there. */
  async files(environment = "production"): Promise<string[]> {
    const find = `cd ${environments}/${environment}/ && find . ! -type d ! -name '.*' ! -path './.git/*' -printf '%P\\n' | sort`;
    return (await this.run(find)).split("\n").filter(Boolean);
  }

  read = (path: string) => this.run(`cat ${environments}/${path}`);
}
