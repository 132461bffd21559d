# Made by pulumi-puppet: change the stack's settings, not this file.
# Thousands of sites have `config_version` ask Git for the commit of an environment. What is staged has a whole clone, or
# with g10k none; a release gets a repository of a few hundred bytes instead, which knows its own commit and nothing else.
require "fileutils"
require "open3"
require "zlib"

module ReleaseGit
  CONFIG = "[core]\n\trepositoryformatversion = 0\n\tbare = false\n".freeze

  module_function

  # Gives the release such a repository, if the source's one has the commit. It is the same, byte for byte and with the
  # same times, wherever and whenever it is made, so that copies of it are links.
  def write(release, commit, repository)
    return unless commit.match?(/\A\h{40}\z/) && (content = commit_in(repository, commit))

    # The parents are not there, and `shallow` says that they need not be.
    put("#{release}/.git", { "HEAD" => "#{commit}\n", "config" => CONFIG, "shallow" => "#{commit}\n",
                             "objects/#{commit[0, 2]}/#{commit[2..]}" => Zlib.deflate("commit #{content.bytesize}\0".b + content) },
        Time.at(content[/^committer .*> (\d+) /n, 1].to_i))
  end

  def put(folder, files, time)
    # Git sees no repository without this folder.
    FileUtils.mkdir_p("#{folder}/refs")
    files.each do |name, content|
      FileUtils.mkdir_p(File.dirname("#{folder}/#{name}"))
      File.binwrite("#{folder}/#{name}", content)
    end
    FileUtils.touch([folder, *Dir.glob("#{folder}/**/*")], mtime: time)
  end

  # The commit as Git stores it, or nil.
  def commit_in(repository, commit)
    content, _, status = Open3.capture3("timeout", "30", "git", "--git-dir=#{repository}", "cat-file", "commit", commit, stdin_data: "", binmode: true)
    content if status.success?
  end
end
