# frozen_string_literal: true

# csr-attacks.rb POLICY DIRECTORY CADIR RUNDIR SEED COUNT
#
# Tries to get certificates out of an autosign policy that it must not sign: named attacks, then COUNT
# mutations of a good request that SEED makes repeatable. Runs beside the policy, as the user that runs it.
# Prints a line of JSON per request: case ("control: ...", "attack: ...", "mutation N: ..."), exit,
# signed and reason, which is the policy's last line on standard error.
require 'json'
require 'open3'
require 'openssl'

POLICY, DIRECTORY, CADIR, RUNDIR, SEED, COUNT = ARGV
RANDOM = Random.new(Integer(SEED))
AGENT_KEY, MASTER_KEY = %w[agent.key hosts.key].map { |file| File.read("#{DIRECTORY}/#{file}").chomp }
# What the test has prepared: two enrolled hosts, of which one has alternative names, names that are reserved,
# and a name with a certificate.
HOST = 'compiler1.example.test'
OTHER_HOST = 'puppetdb.example.test'
PLANNED = 'compiler50.example.test'
TRUSTED = 'foreman.example.org'
SERVICE = 'puppet.example.test'
AUTHORITY = 'puppetca'
HOST_NAMES = File.readlines("#{CADIR}/hosts.d/#{HOST}", chomp: true)
AGENT = 'web1.attack.test'
SIGNED = 'web0.attack.test'
# Agents whose next request is allowed more names: two; too long ago; one that is reserved since; by whoever could write it.
ALLOWED, LATE, OVERTAKEN, OPEN = %w[web3 web4 web5 web6].map { |name| "#{name}.attack.test" }

def host_key(name) = OpenSSL::HMAC.hexdigest('SHA256', MASTER_KEY, name)

RSA = OpenSSL::PKey::RSA.new(2048)
SMALL_RSA = OpenSSL::PKey::RSA.new(1024)
EC = OpenSSL::PKey::EC.generate('prime256v1')

# --- requests, built value by value so that each of them can be wrong ---

# ASN.1 that is spelled by hand.
Raw = Struct.new(:to_der)

def oid(id) = OpenSSL::ASN1::ObjectId.new(id)
def sequence(*values) = OpenSSL::ASN1::Sequence.new(values)
def set(*values) = OpenSSL::ASN1::Set.new(values)
def utf8(text) = OpenSSL::ASN1::UTF8String.new(text)
def octets(bytes) = OpenSSL::ASN1::OctetString.new(bytes)
def bmp(text) = OpenSSL::ASN1::BMPString.new(text.encode('UTF-16BE').b)
def attribute(id, *values) = sequence(oid(id), set(*values))
def password(text, type = OpenSSL::ASN1::PrintableString) = attribute('1.2.840.113549.1.9.7', type.new(text))
def extension_request(*extensions) = attribute('1.2.840.113549.1.9.14', sequence(*extensions))
def rdn(type, value) = set(sequence(oid(type), value))
def common_name(text) = rdn('CN', utf8(text))

def extension(id, value, critical: false)
  sequence(*[oid(id), (OpenSSL::ASN1::Boolean.new(true) if critical), octets(value.to_der)].compact)
end

# An alternative name: of the type DNS, unless written as [tag, value].
def general_name(name)
  tag, value = name.is_a?(Array) ? name : [2, name]
  OpenSSL::ASN1::ASN1Data.new(value, tag, :CONTEXT_SPECIFIC)
end

def names(*names) = extension('subjectAltName', sequence(*names.map { |name| general_name(name) }))

PP_ROLE = '1.3.6.1.4.1.34380.1.1.13'
PP_AUTHORIZATION = '1.3.6.1.4.1.34380.1.3.1'
PP_AUTH_ROLE = '1.3.6.1.4.1.34380.1.3.13'
PP_CLI_AUTH = '1.3.6.1.4.1.34380.1.3.39'
CA_TRUE = extension('basicConstraints', sequence(OpenSSL::ASN1::Boolean.new(true)), critical: true)
KEY_CERT_SIGN = extension('keyUsage', OpenSSL::ASN1::BitString.new("\x06".b), critical: true)
CLIENT_AUTH = extension('extendedKeyUsage', sequence(oid('clientAuth')))

def pem(der)
  "-----BEGIN CERTIFICATE REQUEST-----\n#{[der].pack('m48')}-----END CERTIFICATE REQUEST-----\n"
end

def signature_algorithm(key, digest)
  case key
  when OpenSSL::PKey::RSA then sequence(oid("RSA-#{digest}"), OpenSSL::ASN1::Null.new(nil))
  when OpenSSL::PKey::EC then sequence(oid("ecdsa-with-#{digest}"))
  else sequence(oid(key.oid))
  end
end

# The DER of a signed request. `attributes` replaces what `secret` and `extensions` would make, and
# `public_key` how `key` is written.
def request(name, secret: AGENT_KEY, extensions: [], attributes: nil, subject: [common_name(name)],
            key: RSA, public_key: Raw.new(key.public_to_der), digest: 'SHA256', version: 0)
  attributes ||= [(password(secret) if secret), (extension_request(*extensions) if extensions.any?)].compact
  attributes = OpenSSL::ASN1::ASN1Data.new(attributes, 0, :CONTEXT_SPECIFIC)
  info = sequence(OpenSSL::ASN1::Integer.new(version), sequence(*subject), public_key, attributes)
  signature = OpenSSL::ASN1::BitString.new(key.sign(digest, info.to_der))
  sequence(info, signature_algorithm(key, digest), signature).to_der
end

def agent(**with) = request(AGENT, **with)
def host(name = HOST, **with) = request(name, secret: host_key(name), **with)

# --- what is told to the policy, and what it answers ---

def try(label, name, input)
  # A request that was signed claims its name for a while.
  Dir.glob("#{RUNDIR}/*").each { |claim| File.delete(claim) }
  _, errors, status = Open3.capture3(POLICY, name, stdin_data: input, binmode: true)
  report(label, status, errors)
end

# Sends the input but never ends it, as a hung server would.
def try_endless(label, name, input)
  Open3.popen3(POLICY, name) do |stdin, _, stderr, waiter|
    stdin.write(input)
    stdin.flush
    errors = stderr.read
    report(label, waiter.value, errors)
  end
end

def report(label, status, errors)
  reason = errors.lines.last.to_s.chomp
  signed = status.success? == true # nil after a signal
  $stdout.write("#{JSON.generate('case' => label, 'exit' => status.exitstatus, 'signed' => signed, 'reason' => reason)}\n")
  $stdout.flush
end

def control(label, name, der) = try("control: #{label}", name, pem(der))
def attack(label, name, der) = try("attack: #{label}", name, pem(der))

def controls
  control 'agent key', AGENT, agent
  control 'agent key, pp_role', AGENT, agent(extensions: [extension(PP_ROLE, utf8('web'))])
  control 'agent key, own name as alternative name', AGENT, agent(extensions: [names(AGENT)])
  control 'agent key, custom attributes', AGENT,
          agent(attributes: [password(AGENT_KEY), attribute('1.3.6.1.4.1.34380.2.1', utf8('rack 7'))])
  control 'agent key, elliptic curve', AGENT, agent(key: EC)
  control "a host's key, its alternative names", HOST, host(extensions: [names(HOST, *HOST_NAMES)])
  control "a host's key, no alternative name", OTHER_HOST, host(OTHER_HOST, extensions: [names(OTHER_HOST)])
end

def attacks_on_keys
  attack 'no key', AGENT, agent(secret: nil)
  attack 'wrong key', AGENT, agent(secret: AGENT_KEY.succ)
  attack 'key cut short', AGENT, agent(secret: AGENT_KEY.chop)
  attack 'empty key', AGENT, agent(secret: '')
  attack 'two keys', AGENT, agent(attributes: [password(AGENT_KEY), password(host_key(AGENT))])
  attack 'two keys in one attribute', AGENT,
         agent(attributes: [attribute('1.2.840.113549.1.9.7', utf8(AGENT_KEY), utf8(AGENT_KEY))])
  attack 'key as BMPString', AGENT, agent(attributes: [attribute('1.2.840.113549.1.9.7', bmp(AGENT_KEY))])
  attack 'key in pp_preshared_key too', AGENT,
         agent(extensions: [extension('1.3.6.1.4.1.34380.1.1.4', utf8(AGENT_KEY))])
  attack 'key as alternative name', AGENT, agent(extensions: [names(AGENT_KEY)])
  attack 'the key of all hosts', HOST, request(HOST, secret: MASTER_KEY)
  attack "another host's key", HOST, request(HOST, secret: host_key(OTHER_HOST))
  attack "a host's key for a host that comes later", PLANNED, request(PLANNED, secret: host_key(HOST))
  attack "a host's key for an agent's name", AGENT, request(AGENT, secret: host_key(HOST))
  attack 'a key for a name that is not enrolled', AGENT, host(AGENT)
  attack "a later host's own key before it is enrolled", PLANNED, host(PLANNED)
  attack "a trusted server's own key before it is enrolled", TRUSTED, host(TRUSTED)
end

def attacks_on_names
  {
    'host' => HOST, 'short host' => HOST[/\A[^.]+/], 'later host' => PLANNED, 'trusted' => TRUSTED,
    'service' => SERVICE, "authority's" => AUTHORITY, 'signed' => SIGNED
  }.each do |kind, name|
    attack "#{kind} name as certname, agent key", name, request(name)
    attack "#{kind} name in capitals as certname, agent key", name.upcase, request(name.upcase)
    attack "#{kind} name with a final dot as certname, agent key", "#{name}.", request("#{name}.")
  end
  %w[alice.puppetdb-reader x.y.puppetdb-reader].each do |name|
    attack "#{name}, agent key", name, request(name)
    attack "#{name}, host key", name, host(name)
  end
  attack 'service name as certname, host key', SERVICE, host(SERVICE)
  attack 'a name that leads out of the folder of hosts', '../signed', host('../signed')
  attack 'common name of another agent', AGENT, request('web2.attack.test')
  attack 'common name of a host', AGENT, request(HOST)
  attack 'common name in capitals', AGENT, request(AGENT.upcase)
  attack 'common name with NUL', AGENT, request("#{AGENT}\0.attack.test")
  attack 'common name as BMPString', AGENT, agent(subject: [rdn('CN', bmp(AGENT))])
  attack 'two common names', AGENT, agent(subject: [common_name(AGENT), common_name(HOST)])
  attack 'same common name twice', AGENT, agent(subject: [common_name(AGENT), common_name(AGENT)])
  attack 'organization beside the common name', AGENT, agent(subject: [rdn('O', utf8('x')), common_name(AGENT)])
  attack 'empty subject', AGENT, agent(subject: [])
  attack 'certname that forges a log line', "x\nsigned #{AGENT}: agent key", agent
  attack 'certname with a path', '../../etc/passwd', request('../../etc/passwd')
  attack 'certname that is not ASCII', 'wëb1.attack.test', request('wëb1.attack.test')
  attack 'empty certname', '', request('')
end

def attacks_on_alternative_names
  foreign = {
    'foreign' => ['web2.attack.test'], 'service' => [SERVICE], 'host' => [HOST], 'wildcard' => ['*.attack.test'],
    'NUL' => ["#{AGENT}\0"], 'upper-case' => [AGENT.upcase], 'not ASCII' => ["#{AGENT}\u00e9".b],
    'IP' => [[7, "\x0a\0\0\x01".b]], 'email' => [[1, "root@#{AGENT}"]], 'URI' => [[6, "https://#{AGENT}/"]],
    'own name as URI' => [[6, AGENT]], 'directory' => [[4, [sequence(common_name(AGENT))]]],
    'own and service' => [AGENT, SERVICE], 'empty list of' => []
  }
  foreign.each { |kind, list| attack "#{kind} alternative name, agent key", AGENT, agent(extensions: [names(*list)]) }
  attack "foreign alternative name, host's key", HOST, host(extensions: [names(HOST, AGENT)])
  attack "IP alternative name, host's key", HOST, host(extensions: [names([7, "\x7f\0\0\x01".b])])
  attack "another host's alternative name, host's key", HOST, host(extensions: [names(OTHER_HOST)])
  attack "the authority's alternative name, compiler's key", HOST, host(extensions: [names(HOST, AUTHORITY)])
  attack "a service's alternative name, PuppetDB's key", OTHER_HOST, host(OTHER_HOST, extensions: [names(SERVICE)])
end

def attacks_on_allowed_names
  all = File.readlines("#{CADIR}/agents.d/#{ALLOWED}", chomp: true)
  ask = ->(*list, name: ALLOWED, more: [], **with) { request(name, extensions: [names(name, *list), *more], **with) }
  attack 'none of the allowed names', ALLOWED, request(ALLOWED)
  attack 'own name without the allowed names', ALLOWED, ask.call
  attack 'one of two allowed names', ALLOWED, ask.call(all[0])
  attack 'one of two allowed names twice', ALLOWED, ask.call(all[0], all[0])
  {
    'foreign name' => 'web2.attack.test', 'service' => SERVICE, 'host' => HOST, 'trusted' => TRUSTED,
    'wildcard' => '*.attack.test', 'upper-case' => all[0].upcase, 'NUL' => "#{all[0]}\0", 'IP' => [7, "\x0a\0\0\x01".b],
    'URI' => [6, all[0]]
  }.each { |kind, name| attack "allowed names and #{kind}", ALLOWED, ask.call(*all, name) }
  attack 'allowed names, no key', ALLOWED, ask.call(*all, secret: nil)
  attack 'allowed names, wrong key', ALLOWED, ask.call(*all, secret: AGENT_KEY.succ)
  attack "allowed names, a host's key", ALLOWED, ask.call(*all, secret: host_key(HOST))
  attack 'allowed names, its own key as a host', ALLOWED, ask.call(*all, secret: host_key(ALLOWED))
  attack 'allowed names, pp_auth_role', ALLOWED, ask.call(*all, more: [extension(PP_AUTH_ROLE, utf8('puppetserver'))])
  attack 'allowed names, tampered signature', ALLOWED, ask.call(*all).tap { |der| der.setbyte(-9, der.getbyte(-9) ^ 1) }
  attack "another agent's allowed names", AGENT, ask.call(*all, name: AGENT)
  attack 'an allowed name as certname', all[0], ask.call(*all, ALLOWED, name: all[0])
  attack 'names that were allowed long ago', LATE, ask.call(*all, name: LATE)
  attack 'an allowed name that is reserved since', OVERTAKEN, ask.call(TRUSTED, name: OVERTAKEN)
  attack 'names that anybody could allow', OPEN, ask.call(*all, name: OPEN)
  control 'agent key, the allowed names', ALLOWED, ask.call(*all, more: [extension(PP_ROLE, utf8('web'))])
  attack 'allowed names a second time', ALLOWED, ask.call(*all)
end

def attacks_on_extensions
  secrets = { "agent's" => [AGENT, AGENT_KEY], "host's" => [HOST, host_key(HOST)] }
  secrets.each do |kind, (name, secret)|
    {
      'pp_authorization' => extension(PP_AUTHORIZATION, utf8('true')),
      'pp_cli_auth' => extension(PP_CLI_AUTH, utf8('true')),
      'authorization arc itself' => extension('1.3.6.1.4.1.34380.1.3', utf8('true')),
      'below pp_auth_role' => extension("#{PP_AUTH_ROLE}.1", utf8('true')),
      'CA:TRUE' => CA_TRUE, 'keyUsage' => KEY_CERT_SIGN, 'extendedKeyUsage' => CLIENT_AUTH,
      'private' => extension('1.3.6.1.4.1.34380.1.2.1', utf8('x')), 'unknown' => extension('1.2.3.4.5', utf8('x')),
      'critical pp_role' => extension(PP_ROLE, utf8('web'), critical: true),
      'pp_role that is no text' => extension(PP_ROLE, sequence(utf8('web'))),
      'pp_role as octets' => extension(PP_ROLE, octets('web')),
      'pp_role as T61String' => extension(PP_ROLE, OpenSSL::ASN1::T61String.new('web')),
      'pp_role with NUL' => extension(PP_ROLE, utf8("web\0x")),
      'pp_role with trailing bytes' => sequence(oid(PP_ROLE), octets("#{utf8('web').to_der}x")),
      'pp_role with indefinite length' => sequence(oid(PP_ROLE), octets("\x2c\x80\x0c\x03web\0\0".b))
    }.each do |what, value|
      attack "#{what} extension, #{kind} key", name, request(name, secret: secret, extensions: [value])
    end
  end
  attack 'pp_auth_role extension, agent key', AGENT, agent(extensions: [extension(PP_AUTH_ROLE, utf8('puppetserver'))])
  attack "pp_auth_role extension, host's key", HOST, host(extensions: [extension(PP_AUTH_ROLE, utf8('puppetdb-reader'))])
  attack "pp_role extension, host's key", HOST, host(extensions: [extension(PP_ROLE, utf8('web'))])
  attack 'repeated alternative names', AGENT, agent(extensions: [names(AGENT), names(AGENT)])
  attack 'repeated pp_role', AGENT, agent(extensions: [extension(PP_ROLE, utf8('a')), extension(PP_ROLE, utf8('b'))])
  own, service = names(AGENT), names(SERVICE)
  attack 'two extension requests', AGENT,
         agent(attributes: [password(AGENT_KEY), extension_request(own), extension_request(service)])
  attack 'two lists in one extension request', AGENT,
         agent(attributes: [password(AGENT_KEY), attribute('1.2.840.113549.1.9.14', sequence(own), sequence(service))])
  attack 'Microsoft extension request', AGENT,
         agent(attributes: [password(AGENT_KEY), attribute('1.3.6.1.4.1.311.2.1.14', sequence(service))])
  attack 'extension request that is a set', AGENT,
         agent(attributes: [password(AGENT_KEY), attribute('1.2.840.113549.1.9.14', set(own))])
end

def attacks_on_signature
  attack 'tampered signature', AGENT, agent.tap { |der| der.setbyte(-9, der.getbyte(-9) ^ 1) }
  attack 'key tampered with after signing', AGENT, agent(secret: AGENT_KEY.succ).sub(AGENT_KEY.succ) { AGENT_KEY }
  attack "another key's signature", AGENT, agent.sub(RSA.public_to_der) { OpenSSL::PKey::RSA.new(2048).public_to_der }
  attack 'RSA 1024', AGENT, agent(key: SMALL_RSA)
  attack 'SHA-1', AGENT, agent(digest: 'SHA1')
  attack 'version 2', AGENT, agent(version: 1)
  attack 'Ed25519', AGENT, agent(key: OpenSSL::PKey.generate_key('ED25519'), digest: nil)
  curve = EC.group.tap { |group| group.asn1_flag = 0 }.to_der
  point = OpenSSL::ASN1::BitString.new(EC.public_key.to_octet_string(:uncompressed))
  attack 'explicit curve', AGENT,
         agent(key: EC, public_key: sequence(sequence(oid('id-ecPublicKey'), Raw.new(curve)), point))
end

# NULL inside sequences inside sequences ...
def nested(depth)
  depth.times.inject("\x05\0".b) do |inner, _|
    length = inner.bytesize
    head = length < 128 ? [0x30, length].pack('CC') : length < 256 ? [0x30, 0x81, length].pack('CCC') : nil
    (head || [0x30, 0x82, length].pack('CCn')) + inner
  end
end

def attacks_on_input
  good = agent
  with_attribute = ->(value) { pem(agent(attributes: [password(AGENT_KEY), attribute('1.2.3.4', value)])) }
  {
    'trailing data' => "#{pem(good)}x", 'leading text' => "Subject: CN=#{AGENT}\n#{pem(good)}",
    'trailing data in the DER' => pem("#{good}\0"), 'two PEM blocks' => pem(good) * 2, 'DER' => good,
    'garbage' => RANDOM.bytes(1500), 'garbage in PEM' => pem(RANDOM.bytes(1500)), 'empty' => '', 'empty PEM' => pem(''),
    '100 KiB' => with_attribute.call(octets('x' * 75_000)), '100 KiB of zeros' => "\0" * 102_400,
    'bad base64' => pem(good).sub("\n", "\n=="), 'PEM of a certificate' => pem(good).gsub(' REQUEST', ''),
    'attribute with indefinite length' => with_attribute.call(Raw.new("\x30\x80\x05\0\0\0".b)),
    'attribute with a BER length' => with_attribute.call(Raw.new("\x30\x81\x02\x05\0".b)),
    'attribute nested 20 deep' => with_attribute.call(Raw.new(nested(20))),
    'attribute nested 11,000 deep' => with_attribute.call(Raw.new(nested(11_000)))
  }.each { |label, input| try("attack: #{label}", AGENT, input) }
  try_endless 'attack: input that never ends', AGENT, pem(good)
end

# --- mutations ---

# Breaks the bytes of a request, whose signature no longer fits then.
def broken(original)
  heads = []
  OpenSSL::ASN1.traverse(original) { |_, offset, *| heads << offset }
  der = original.dup
  at = RANDOM.rand(der.bytesize)
  head = heads.sample(random: RANDOM)
  kind = %i[flip truncate insert tag length].sample(random: RANDOM)
  case kind
  when :flip then der.setbyte(at, der.getbyte(at) ^ RANDOM.rand(1..255))
  when :truncate then der = der.byteslice(0, at)
  when :insert then der.insert(at, RANDOM.bytes(RANDOM.rand(1..8)))
  when :tag then der.setbyte(head, RANDOM.rand(256))
  when :length then der.setbyte(head + 1, RANDOM.rand(256))
  end
  der == original ? broken(original) : ["#{kind} at #{%i[tag length].include?(kind) ? head : at}", der]
end

# What a request may hold without harm, to vary those that must be refused.
def harmless = [extension(PP_ROLE, utf8('web')), extension('1.3.6.1.4.1.34380.1.1.12', utf8('production'))]

def foreign_name
  text = "#{[*'a'..'z'].sample(8, random: RANDOM).join}.attack.test"
  [text, "*.#{text}", "#{text}\0", [1, "root@#{text}"], [6, "https://#{text}/"], [7, RANDOM.bytes(4)],
   [7, RANDOM.bytes(16)], [8, "\x2a\x03".b], [RANDOM.rand(9..30), text]].sample(random: RANDOM)
end

def foreign_extension
  puppet = '1.3.6.1.4.1.34380.1'
  arc = [puppet, "#{puppet}.2", "#{puppet}.1.13", '2.5.29.99', '1.2.840.99'].sample(random: RANDOM)
  [CA_TRUE, KEY_CERT_SIGN, CLIENT_AUTH, extension(PP_CLI_AUTH, utf8('true')), extension(PP_AUTHORIZATION, utf8('true')),
   extension("#{puppet}.3.#{RANDOM.rand(40..9999)}", utf8('true')),
   extension("#{arc}.#{RANDOM.rand(100..9999)}", utf8('x')),
   extension(PP_ROLE, octets(RANDOM.bytes(9)))].sample(random: RANDOM)
end

def foreign_subject(name)
  more = rdn(%w[O OU C L emailAddress serialNumber].sample(random: RANDOM), utf8('XX'))
  other = common_name([HOST, OTHER_HOST, SERVICE, 'web2.attack.test'].reject { |n| n == name }.sample(random: RANDOM))
  [[more, common_name(name)], [common_name(name), more], [other],
   [common_name(name), other], [other, common_name(name)],
   [set(*common_name(name).value, *more.value)], [rdn('CN', bmp(name))],
   [common_name(name.upcase)]].sample(random: RANDOM)
end

# A well-formed, well-signed request that asks for one to three things it must not get.
def overreaching
  kind, name, secret = [['agent', AGENT, AGENT_KEY], ['host', HOST, host_key(HOST)]].sample(random: RANDOM)
  faults = %i[names extension subject].sample(RANDOM.rand(1..3), random: RANDOM)
  extensions = harmless.sample(RANDOM.rand(0..2), random: RANDOM)
  extensions << names(*[name, foreign_name].shuffle(random: RANDOM)) if faults.include?(:names)
  extensions << foreign_extension if faults.include?(:extension)
  subject = faults.include?(:subject) ? foreign_subject(name) : [common_name(name)]
  der = request(name, secret: secret, extensions: extensions.shuffle(random: RANDOM), subject: subject,
                      key: [RSA, EC].sample(random: RANDOM))
  ["#{kind} key, foreign #{faults.join(', ')}", name, der]
end

# A good request for a name, with a key or an alternative name that is somebody else's.
def impersonating
  name = [HOST, OTHER_HOST, PLANNED, TRUSTED, SERVICE, AUTHORITY, SIGNED, AGENT].sample(random: RANDOM)
  owner = [HOST, OTHER_HOST, PLANNED, TRUSTED, AGENT].reject { |one| one == name }.sample(random: RANDOM)
  secrets = { "#{owner}'s key" => host_key(owner), 'the key of all hosts' => MASTER_KEY }
  secrets['the agents\' key'] = AGENT_KEY unless name == AGENT
  kind, secret = secrets.to_a.sample(random: RANDOM)
  ["#{kind} for #{name}", name, request(name, secret: secret, key: [RSA, EC].sample(random: RANDOM))]
end

# All are refused, so none claims a name, and several can be tried at a time.
def mutations
  good = agent(extensions: [names(AGENT), *harmless])
  control 'the request that is mutated', AGENT, good
  Dir.glob("#{RUNDIR}/*").each { |claim| File.delete(claim) }
  queue = Queue.new
  Integer(COUNT).times do |i|
    label, name, der = [-> { broken(good).insert(1, AGENT) }, -> { overreaching }, -> { impersonating }][i % 3].call
    queue << ["mutation #{i + 1}: #{label}", name, pem(der)]
  end
  queue.close
  workers = Array.new(4) do
    Thread.new do
      while (label, name, input = queue.pop)
        _, errors, status = Open3.capture3(POLICY, name, stdin_data: input, binmode: true)
        report(label, status, errors)
      end
    end
  end
  workers.each(&:join)
end

# The server decides on several requests at a time: of those for one name, one is signed.
def twins
  Dir.glob("#{RUNDIR}/*").each { |claim| File.delete(claim) }
  input = pem(agent)
  Array.new(4) { Thread.new { Open3.capture3(POLICY, AGENT, stdin_data: input, binmode: true) } }.map(&:value)
       .sort_by { |_, _, status| status.exitstatus }.each_with_index do |(_, errors, status), i|
    report(i.zero? ? 'control: one of four at the same time' : 'attack: another at the same time', status, errors)
  end
end

controls
attacks_on_keys
attacks_on_names
attacks_on_alternative_names
attacks_on_allowed_names
attacks_on_extensions
attacks_on_signature
attacks_on_input
twins
mutations
