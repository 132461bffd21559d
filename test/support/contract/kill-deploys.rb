# Deploys that are killed at random moments, on a host with the scripts that deploy code. Every round has a commit of its
# own in the control repository and in a module's, so each deploy has work to do. Prints JSON, a line for each round.
#
#   kill-deploys.rb prepare ROUNDS      makes the repositories, deploys the first round, and prints how long that took
#   kill-deploys.rb kill FROM TO SEED SECONDS   kills each round's deploy within so many seconds, and deploys again
#   kill-deploys.rb ask ROUND           makes a round the newest, and asks for its deploy
#   kill-deploys.rb mend ROUND          after somebody else's kill: looks, and deploys again
require "json"
require "open3"

HOME = "/var/lib/puppet-code"
ASKED = "/var/lib/puppet-code-request/new/1-one"
RESULT = "/var/lib/puppet-code-request/result/deployment.json"
SERVED = "/srv/environments/production"
REPOSITORIES = %w[control alpha].freeze
FILES = 40

def files(repository, round)
  return { "manifests/init.pp" => "# #{round}\n" } if repository == "alpha"

  data = Array.new(FILES) { |at| ["data/#{at}.yaml", "a: #{round}\n"] }.to_h
  data.merge("manifests/site.pp" => "node default {}\n", "Puppetfile" => "mod 'alpha', :git => 'file:///srv/alpha', :branch => 'main'\n")
end

def branch(repository)
  repository == "alpha" ? "main" : "production"
end

# All commits at once; a round then only moves a branch.
def prepare(rounds)
  REPOSITORIES.each do |repository|
    system("git", "init", "--quiet", "--bare", "--initial-branch=#{branch(repository)}", "/srv/#{repository}", exception: true)
    stream = (1..rounds).map do |round|
      changes = files(repository, round).map { |path, text| "M 644 inline #{path}\ndata #{text.bytesize}\n#{text}\n" }
      "commit refs/rounds/#{round}\nmark :#{round}\ncommitter t <t@localhost> #{round} +0000\ndata 1\n-\n" \
        "#{"from :#{round - 1}\n" if round > 1}#{changes.join}\n"
    end
    output, status = Open3.capture2e("git", "--git-dir=/srv/#{repository}", "fast-import", "--quiet", stdin_data: stream.join)
    abort output unless status.success?
  end
end

def ask(round)
  REPOSITORIES.each do |repository|
    system("git", "--git-dir=/srv/#{repository}", "update-ref", "refs/heads/#{branch(repository)}", "refs/rounds/#{round}", exception: true)
  end
  File.write(ASKED, '{"all":true}')
end

# What is wrong with the releases, also with those that are served no more.
def half
  Dir.glob("#{HOME}/published/production/*").reject { |path| path.end_with?(".part") || File.symlink?(path) }.filter_map do |release|
    texts = Dir.glob("#{release}/data/*.yaml").map { |path| File.read(path) }
    module_text = File.read("#{release}/modules/alpha/manifests/init.pp") rescue nil
    next if texts.size == FILES && texts.uniq.size == 1 && module_text&.match?(/\A# \d+\n\z/)

    "#{File.basename(release)}: #{texts.size} files, #{texts.uniq.inspect}, #{module_text.inspect}"
  end
end

def deployed(round)
  _, status = Open3.capture2e("timeout", "120", "puppet-code-deploy")
  result = JSON.parse(File.read(RESULT))
  told = [File.read("#{SERVED}/data/0.yaml"), File.read("#{SERVED}/modules/alpha/manifests/init.pp")]
  faults = half + result["errors"]
  faults << "it ended with #{status.exitstatus}" unless status.success?
  faults << "it serves #{told}" unless told == ["a: #{round}\n", "# #{round}\n"]
  left = Dir.glob("#{HOME}/{published,mirrors,cache}/**/*.{part,lock}")
  faults << "it left #{left}" unless left.empty?
  { "outcome" => result["outcome"], "faults" => faults }
end

def mend(round)
  # What is served now is whole, and so is all that was before.
  before = half
  after = deployed(round)
  after.merge("faults" => before + after["faults"])
end

def kill(round, seconds)
  ask(round)
  pid = Process.spawn("setsid", "puppet-code-deploy", %i[out err] => File::NULL)
  sleep(seconds)
  ended = Process.wait(pid, Process::WNOHANG)
  system("pkill", "-KILL", "--session", pid.to_s)
  Process.wait(pid) unless ended
  { "round" => round, "after" => seconds.round(2), "ended" => !ended.nil? }.merge(mend(round))
end

words = ARGV.dup
case words.shift
when "prepare"
  prepare(Integer(words[0]))
  ask(1)
  began = Process.clock_gettime(Process::CLOCK_MONOTONIC)
  puts JSON.generate(deployed(1).merge("seconds" => (Process.clock_gettime(Process::CLOCK_MONOTONIC) - began).round(2)))
when "kill"
  moments = Random.new(Integer(words[2]))
  (Integer(words[0])..Integer(words[1])).each do |round|
    puts JSON.generate(kill(round, moments.rand * Float(words[3])))
    $stdout.flush
  end
when "ask" then ask(Integer(words[0]))
when "mend" then puts JSON.generate(mend(Integer(words[0])))
end
