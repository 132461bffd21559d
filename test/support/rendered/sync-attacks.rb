# Gives the command that the main server's key runs on a compiler mutated messages, each in a process of its own. The
# processes are forks of this one: starting Ruby takes longer than the command.
#
#   sync-attacks.rb LIBRARY COMMAND SEED COUNT
#
# Prints what became of each as a line of JSON: message, exit, stdout, stderr.
require "base64"
require "tempfile"
require "timeout"

LIBRARY, COMMAND, SEED, COUNT = ARGV
require LIBRARY
RANDOM = Random.new(Integer(SEED))
GOOD = { "production" => { "release" => "20260101T000000.ab12-0123456789ab", "commit" => "0" * 40 },
         "development" => { "release" => "20260101T000000.cd34-0123456789ab", "commit" => "1" * 40 } }.freeze
STRANGERS = [nil, true, -1, 1.5, 1e300, "", "x", "..", ".", "../../etc", "/etc/passwd", "-oProxyCommand=id", "a b", "a\nb", "$(id)",
             "`id`", "\u0000", "\u202e", "x" * 70_000, [], {}, [[]], [{}], { "release" => "x" }, { "commit" => {} }].freeze

def pick(list) = list[RANDOM.rand(list.length)]

def mutated(value, depth = 0)
  return pick(STRANGERS) if depth.positive? && RANDOM.rand < 0.4
  return value unless value.is_a?(Hash) && !value.empty?

  key = pick(value.keys)
  case RANDOM.rand(4)
  when 0 then value.merge(pick(STRANGERS).to_s => value[key])
  when 1 then value.reject { |name, _| name == key }
  else value.merge(key => mutated(value[key], depth + 1))
  end
end

# Bytes that no longer are JSON, or not UTF-8.
def broken(text)
  bytes = text.b
  case RANDOM.rand(4)
  when 0 then bytes[0, RANDOM.rand(bytes.length)]
  when 1 then bytes.tap { |all| all.setbyte(RANDOM.rand(all.length), RANDOM.rand(256)) }
  when 2 then "[" * 5000
  else bytes + "\xff\xfe".b
  end
end

# What the command answers to a message: exit code, standard output, standard error.
def answer(message)
  files = Array.new(3) { Tempfile.new(binmode: true) }
  files.first.write(message)
  files.each(&:rewind)
  pid = fork do
    [$stdin, $stdout, $stderr].zip(files) { |stream, file| stream.reopen(file) }
    ENV["SSH_CONNECTION"] = "test"
    load COMMAND
  end
  status = Process.wait2(pid).last
  [status.exitstatus, *files.drop(1).map { |file| File.read(file.path).scrub }]
ensure
  files.each(&:close!)
end

$stdout.sync = true
Integer(COUNT).times do
  message = JSON.generate(mutated(GOOD))
  message = broken(message) if RANDOM.rand < 0.3
  # An empty message asks for something else.
  message = " " if message.empty?
  code, stdout, stderr = answer(message)
  puts JSON.generate(message: Base64.strict_encode64(message)[0, 400], exit: code, stdout: stdout[0, 2000], stderr: stderr[0, 500])
end
