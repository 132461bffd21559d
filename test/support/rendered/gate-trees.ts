import type { Tree } from "./gate.js";

/** What control repositories and modules have, and Puppet reads. */
export const good: Tree = {
  "environment.conf": [
    "# Roles, profiles and modules of the site.",
    "modulepath = site-modules:site:modules:missing:$basemodulepath",
    "manifest = manifests",
    "config_version = 'scripts/version.sh $environmentpath $environment'",
    "environment_timeout = unlimited",
    "",
  ].join("\n"),
  "scripts/version.sh": '#!/bin/sh\ntest -d "$1/$2/manifests" && echo 1.2.3\n',
  "manifests/site.pp": "node default {\n  include profile::base\n}\n",
  "manifests/crlf.pp": "# Written on Windows.\r\n$crlf = 'yes'\r\n",
  "manifests/dangling.pp": { make: 'ln -s nowhere "$1"' },
  "manifests/deeper/nodes.pp":
    "node /^web\\d+/ {\n  class { 'profile::base': level => Integer('3') }\n}\n",
  "functions/double.pp": "function environment::double(Integer $n) >> Integer {\n  $n * 2\n}\n",
  "site-modules/profile/manifests/base.pp": [
    "# @summary Base",
    "class profile::base (",
    "  Profile::Level $level = 1,",
    "  Optional[Sensitive[String[1]]] $secret = undef,",
    "  Hash[String, Struct[{ path => Stdlib::Absolutepath, Optional[mode] => String }]] $files = {},",
    ") {",
    "  $text = @(EOT:json/L)",
    '    {"a": "no ${interpolation}", \\',
    '     "é": "日本"}',
    "    | EOT",
    "  $deferred = Deferred('profile::late', ['x'])",
    '  $epp = epp("profile/a.epp", { "list" => [1, 2] })',
    "  $sum = $files.reduce(0) |$memo, $pair| { $memo + 1 }",
    "  case $facts['os']['family'] {",
    "    /(?i:debian)/: { notify { 'debian': } }",
    "    default: { fail(\"no ${facts['os']['name']}\") }",
    "  }",
    "  file { default: ensure => file; ['/a', '/b']: content => $text, * => { mode => '0644' } }",
    "  File <| title == '/a' |> { owner => 'root' }",
    "  @@host { $trusted['certname']: ip => '192.0.2.1' }",
    "  Package['a'] -> File['/a'] ~> Service['c']",
    "  unless $level =~ Integer[0, 3] { notice('多') } else { notice(\"\\u{1F600}\") }",
    "}",
    "",
  ].join("\n"),
  "site-modules/profile/types/level.pp": "type Profile::Level = Integer[0, 9]\n",
  "site-modules/profile/functions/later.pp": "function profile::later($x, *$more) {\n  $x\n}\n",
  "site-modules/profile/plans/init.pp":
    "plan profile(TargetSpec $nodes) {\n  run_task('profile::x', $nodes)\n}\n",
  "site-modules/profile/tasks/x.sh": "#!/bin/sh\n",
  "site-modules/profile/templates/a.epp":
    "<%- | Array[Integer] $list = [], Optional[String] $title = undef | -%>\n<% $list.each |$one| { -%>\n<%= $one %> <%# comment %> <%% \n<% } -%>\n",
  "site-modules/profile/templates/plain.epp": "no code at all\n",
  "site-modules/profile/templates/b.erb":
    "<%- @list.each do |one| -%>\n<%= scope['profile::x'] %> <%# comment -%>\n% of it: <%% \n<%- end -%>\n",
  "site-modules/profile/lib/puppet/functions/profile/late.rb":
    "# frozen_string_literal: true\n\nPuppet::Functions.create_function(:'profile::late') do\n  dispatch(:late) { param 'String', :x }\n  def late(x) = x&.upcase\nend\n",
  "site-modules/profile/lib/puppet/parser/functions/old.rb":
    "module Puppet::Parser::Functions\n  newfunction(:old, :type => :rvalue) do |args|\n    args[0] rescue nil\n  end\nend\n",
  "site-modules/profile/lib/puppet/type/thing.rb":
    "# encoding: UTF-8\nPuppet::Type.newtype(:thing) do\n  desc 'é'\n  newparam(:name)\nend\n__END__\nnot Ruby (\n",
  "site-modules/profile/lib/facter/broken_for_agents.rb": "Facter.add( do\n",
  "site-modules/profile/files/data.bin": { make: 'head -c 4096 /dev/urandom >"$1"' },
  "site-modules/profile/files/not.pp": "{ not a manifest\n",
  "site-modules/profile/files/not.yaml": "a: [\n",
  "site/role/manifests/init.pp": "class role {\n  contain profile::base\n}\n",
  "site/role/manifests/naïve.pp": "# A name beyond ASCII\n",
  "site/README.pp": { make: 'mkdir "$1"' },
  "modules/apache/manifests/init.pp": "class apache inherits apache::params {\n}\n",
  "modules/apache/manifests/vhost.pp":
    "define apache::vhost (\n  Integer $port = 80,\n) {\n  file { $title: ensure => present }\n}\n",
  "modules/apache/manifests/empty.pp": "",
  "modules/apache/manifests/folder.pp": { make: 'mkdir "$1"' },
  "modules/apache/spec/fixtures/broken.pp": "class {{{\n",
  "modules/apache/examples/broken.pp": "class {{{\n",
  "modules/apache/tests/init.pp": "class {{{\n",
  "modules/apache/metadata.json": JSON.stringify({
    ...{ name: "puppetlabs-apache", version: "12.0.0", author: "a", license: "Apache-2.0" },
    ...{ source: "https://example.test/apache", dependencies: [{ name: "puppetlabs/stdlib" }] },
  }),
  "modules/apache/hiera.yaml":
    "---\nversion: 5\ndefaults:\n  datadir: 'data'\n  data_hash: 'yaml_data'\nhierarchy:\n  - name: 'os'\n    path: \"%{facts.os.family}.yaml\"\ndefault_hierarchy:\n  - name: x\n    path: x.yaml\n",
  "modules/apache/data/Debian.yaml": "---\napache::name: apache2\n",
  "development/linked/manifests/init.pp": "class linked {\n}\n",
  "modules/linked": { make: 'ln -s ../development/linked "$1"' },
  "modules/not-a-module/manifests/init.pp": "class {{{\n",
  "hiera.yaml": `---
version: 5
defaults:  # used for any hierarchy level that omits these keys.
  datadir: data
  data_hash: yaml_data
hierarchy:
  - name: "Secret"
    lookup_key: eyaml_lookup_key
    paths:
      - "secrets/nodes/%{trusted.certname}.eyaml"
      - secrets/common.eyaml
    options:
      pkcs7_private_key: /etc/gate-keys/private_key.pkcs7.pem
      pkcs7_public_key: /tmp/gate-public.pem
  - name: "Unused keys"
    lookup_key: eyaml_lookup_key
    path: "plain.yaml"
    options:
      pkcs7_private_key: /nowhere/private_key.pkcs7.pem
  - name: "Per-node data"
    path: "nodes/%{trusted.certname}.yaml"
  - name: "Mapped"
    mapped_paths: [services, name, "services/%{name}.yaml"]
  - name: "Globs"
    globs: ["groups/**/*.yaml", "{a,b}/*.yaml", "%{role}/*.yaml"]
  - name: "JSON and HOCON"
    data_hash: json_data
    path: common.json
  - name: "HOCON"
    data_hash: hocon_data
    path: common.conf
  - name: "Somebody's"
    data_hash: profile::data
    path: somebodys.yaml
  - name: "Elsewhere"
    data_hash: yaml_data
    datadir: /etc/nowhere
    path: common.yaml
  - name: "By URI"
    lookup_key: hiera_http::lookup
    uris: ["http://localhost:5984/%{fqdn}"]
  - name: "Data in another place"
    datadir: "hieradata/%{environment}"
    path: common.yaml
  - name: "Common"
    path: "common.yaml"
`,
  "data/common.yaml": `# A comment\twith a tab
:symbol: :other
lookup_options:
  '^profile::.*': { merge: deep, convert_to: Sensitive }
base: &base {mode: '0644', nested: [1, 2.5, ~, yes, 0o14, 0x1f]}
derived:
  <<: *base
  again: *base
multi: |
  text with 'quotes' and %{facts.os.family}
folded: >-
  one
  two
"quoted é": "\\u00e9 \\x41"
date: '2024-01-01'
time: 12:30:45
? complex
: value
empty:
a::b: "%{lookup('x')}"
a::b: twice
`,
  "data/secrets/common.eyaml":
    "password: ENC[PKCS7,MIIBeQYJKoZIhvcNAQcDoIIBajCCAWYCAQAxggEhMIIBHQIBADAFMAACAQEwDQYJ]\nlong: >\n  ENC[PKCS7,MIIB\n  eQYJ]\n",
  "data/plain.yaml": "a: b\n",
  "data/nodes/empty.yaml": "",
  "data/nodes/comment.yaml": "# nothing yet\n",
  "data/nodes/dashes.yaml": "---\n",
  "data/nodes/bom.yaml": "\uFEFFa: 1\n",
  "data/nodes/crlf.yaml": "a: 1\r\nb:\r\n  - c\r\n",
  "data/nodes/naïve.example.test.yaml": "a: é\n",
  "data/nodes/dangling.yaml": { make: 'ln -s nowhere "$1"' },
  "data/nodes/linked.yaml": { make: 'ln -s ../common.yaml "$1"' },
  "data/nodes/README.md": "a: [\n",
  "data/nodes/large.yaml": {
    make: 'ruby -e \'3_000.times { |n| puts "key#{n}: [#{"text " * 200}, 1]" }\' >"$1"',
  },
  "data/services/x.yaml": "a: 1\n",
  "data/groups/a/b/c.yaml": "a: 1\n",
  "data/common.json": '{"a": {"b": [1, 2.5e3, null]}, "é": "\\u00e9"}\n',
  "data/common.conf": 'a { b = 1, c = ["x", y] }\n# comment\nd = ${a.b}\n',
  "data/somebodys.yaml": "not: [ours\n",
  "data/unused/broken.yml": "a: [\n",
  "hieradata/production/common.yaml": "a: 1\n",
  ".github/workflows/ci.yaml": "a: [\n",
  Puppetfile: "forge 'https://forgeapi.puppet.com'\n",
};

/** The environment of {@link good} with other files. */
export const goodBut = (other: Tree): Tree => ({ ...good, ...other });
