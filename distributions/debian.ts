import type { Distribution } from "./distribution.js";

/** Debian's own packages, from Debian 13 on: Puppet Server 8, agent 8, PuppetDB 8. */
export const debian: Distribution = {
  name: "debian",
  packages: {
    agent: "puppet-agent",
    server: "puppetserver",
    // Debian's package would create a database with a password that nobody knows.
    puppetdb: ["dbconfig-no-thanks", "puppetdb"],
    puppetdbTermini: "puppet-terminus-puppetdb",
    // Puppet Server finds a gem of Debian's only if its package links to it, and it links to none of these.
    eyaml: {
      package: "hiera-eyaml",
      gems: ["hiera-eyaml", "highline", "optimist"],
      folder: "/usr/share/rubygems-integration/all",
    },
  },
  paths: {
    ruby: "/usr/bin/ruby",
    puppet: "/usr/bin/puppet",
    puppetserver: "/usr/bin/puppetserver",
    confdir: "/etc/puppet",
    ssldir: "/var/lib/puppet/ssl",
    cadir: "/etc/puppet/puppetserver/ca",
    codedir: "/etc/puppet/code",
    serverConfdir: "/etc/puppet/puppetserver/conf.d",
    serverServicesdir: "/etc/puppet/puppetserver/services.d",
    serverVardir: "/var/lib/puppetserver",
    serverLogdir: "/var/log/puppetserver",
    serverRundir: "/run/puppetserver",
    serverGems: "/var/lib/puppetserver/jruby-gems",
    packagedServerGems: ["/usr/lib/puppetserver/vendored-jruby-gems"],
    serverDefaults: "/etc/default/puppetserver",
    puppetdbConfdir: "/etc/puppetdb",
    puppetdbLogdir: "/var/log/puppetdb",
    puppetdbDefaults: "/etc/default/puppetdb",
  },
  // Debian's agent makes the user puppet, and gives it the folder above the ssldir.
  users: { puppet: "puppet", puppetdb: "puppetdb", agent: "puppet" },
  services: { agent: "puppet", server: "puppetserver", puppetdb: "puppetdb" },
};
