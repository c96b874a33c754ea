#!/usr/bin/perl

# The pages: options in the code are options in the page and in -h, the page
# of the record is the one that the field table makes, the examples of every
# page and of README.md run, and mandoc has no complaint.

use strict;
use warnings;
use lib 't';
use Test::More;
use Mx;

my %name = map { $_ => 1 } map { m{([^/]+)\.c$} } glob 'src/*.c';
my %built = map { $_ => 1 } tools();
my $bin = $Mx::bin;

# The options in C text: getopt's letters and the long names.
sub code_options {
	my ($text) = @_;
	my %o;

	$text =~ s{/\*.*?\*/}{}gs;
	while ($text =~ /\{\s*"([a-z][a-z0-9-]*)",\s*(?:no|required|optional)_argument/g) {
		$o{"--$1"} = 1;
	}
	while ($text =~ /"([A-Za-z0-9:+-]*)"\s*OPT_LETTERS|OPT_LETTERS\s+"([A-Za-z0-9:]*)"|(?:getopt_long|opt_next)\s*\([^;"]*"([A-Za-z0-9:+]+)"/g) {
		my $l = $1 // $2 // $3;
		$o{"-$_"} = 1 for grep { /[A-Za-z0-9]/ } split //, $l;
	}
	return \%o;
}

# The options that a page describes: its .It Fl lines.
sub page_options {
	my ($text) = @_;
	my %o;

	while ($text =~ /^\.It (Fl .*)$/mg) {
		my $it = $1;

		# .Fl -long is --long; "Fl 1" is -1.
		while ($it =~ /\bFl (-?[A-Za-z0-9][A-Za-z0-9-]*)/g) {
			$o{"-$1"} = 1;
		}
	}
	return \%o;
}

my $opt_h = slurp('lib/source/opt.h');
my $common = code_options($opt_h =~ s/\\\n//gr);
my ($letters) = $opt_h =~ /#define OPT_LETTERS\s+"([^"]+)"/;
$common->{"-$_"} = 1 for grep { /\w/ } split //, $letters;
cmp_ok(scalar keys %$common, '>', 20, 'the common options are found');

my %page = map { m{([^/]+)\.[157]$} ? ($1 => slurp($_)) : () }
    glob 'doc/*.[157]';

if (ok(exists $page{postmortem}, 'doc/postmortem.7')) {
	is_deeply([sort keys %{page_options($page{postmortem})}],
	    [sort keys %$common], 'postmortem(7) has the common options');
}
for my $tool (sort keys %name) {
	my $text = $page{$tool};

	ok(defined $text, "doc/$tool.1") or next;
	my $code = slurp("src/$tool.c");
	my $own = code_options($code);
	my $in_page = page_options($text);
	my @missing = grep { !$in_page->{$_} } sort keys %$own;
	my @false = grep { !$own->{$_} &&
	    !($code =~ /OPT_LONG|^#include "source\/tool\.h"/m &&
	    $common->{$_}) } sort keys %$in_page;

	is("@missing", '', "$tool: its own options are in the page");
	is("@false", '', "$tool: the options of the page are in the code");
	like($text, qr/^\.Xr postmortem 7/m,
	    "$tool: the page points to the common options");
	for my $s ('NAME', 'SYNOPSIS', 'DESCRIPTION', 'EXIT STATUS',
	    'EXAMPLES', 'SEE ALSO', 'HISTORY', 'BUGS') {
		like($text, qr/^\.Sh $s$/m, "$tool: $s");
	}
	next unless $built{$tool};
	my $help = run($tool, '-h')->{out};
	# Options stand at the start of a line, indented; examples do not.
	my %in_help = map { $_ => 1 }
	    map { /(?<![\w-])(--[a-z][a-z0-9-]+|-[A-Za-z0-9])(?![\w-])/g }
	    grep { /^ +-/ && !/^ +\[/ } split /\n/, $help;
	@missing = grep { /^--/ && !$in_help{$_} } sort keys %$own;
	@false = grep { !$own->{$_} && !$common->{$_} } sort keys %in_help;
	is("@missing", '', "$tool: its own options are in -h");
	is("@false", '', "$tool: the options of -h are in the code");
	my @long = grep { length > 80 } split /\n/, $help;
	is("@long", '', "$tool: -h fits 80 columns");
}

# Every word of tls_why is explained.
my ($words) = slurp('lib/track/verdict.h') =~
    /#define TLS_WHY_TABLE\(X\)(.*?)\n\n/s;
my @untold = grep { ($page{mxtrace} // '') !~ /^\.It Cm .*\b\Q$_\E\b/m }
    ($words // '') =~ /"([a-z-]+)"/g;
is("@untold", '', 'mxtrace(1) explains every word of tls_why');

# The page of the record.
if (!$ENV{MX_BUILT}) {
	my @san = sanitized() ? ('SAN=1') : ();

	delete $ENV{MAKEFLAGS};
	system('make', '-s', @san, 'mkpage');
}
my $made = sh("$bin/obj/t/mkpage");
is($made->{status}, 0, 'mkpage runs');
ok($made->{out} eq ($page{mxrecord} // ''),
    'doc/mxrecord.5 is what the field table makes: run make doc');

SKIP: {
	skip 'no mandoc', 1 if system 'command -v mandoc >/dev/null';
	is(`mandoc -Tlint -W warning doc/*.[157] 2>&1`, '',
	    'mandoc -Tlint is silent');
}

# Examples.  They speak of /var/log; here that is a directory with a set of
# rotated logs, and it is also where they run.
my $dir = dir();
mkdir "$dir/var";
mkdir "$dir/var/log";
my @line = map { "$_\n" } split /\n/, $log . big_log(50);
for my $d ($dir, "$dir/var/log") {
	put("$d/mail.log", @line[20 .. $#line]);
	put("$d/mail.log.1", @line[5 .. 19]);
	put("$d/mail.log.2", @line[0 .. 4]);
	put("$d/disk.img", "\0" x 4096, @line, "\0" x 4096);
	put("$d/old", @line);
	system("cd $d && gzip -nq mail.log.2 old") == 0 or die "gzip failed\n";
	# The set ends on 2026-09-02.
	utime 1788393600, 1788393600, $_ for glob "$d/*";
}

# And a queue.
mkdir "$dir/var/spool";
mkdir "$dir/queue";
system('tar', '--warning=no-timestamp', '-xzf', 'samples/queue/standing-short.tgz',
    '-C', "$dir/queue") == 0 && rename("$dir/queue/spool", "$dir/var/spool/postfix")
    or die "samples/queue/standing-short.tgz\n";

# A line of mdoc as the shell is to see it.
sub plain {
	my ($s) = @_;

	$s =~ s/\\\(dq/"/g;
	$s =~ s/\\\(aq|\\\[aq\]/'/g;
	$s =~ s/\\\(ti|\\\[ti\]/~/g;
	$s =~ s/\\\(ha|\\\[ha\]/^/g;
	$s =~ s/\\-/-/g;
	$s =~ s/\\&//g;
	$s =~ s/\\e/\\/g;
	return $s;
}

# The commands of a page's EXAMPLES: .Dl lines and literal displays.
sub examples {
	my ($text) = @_;
	my ($ex) = $text =~ /^\.Sh EXAMPLES\n(.*?)(?=^\.Sh )/ms or return;
	my @e = map { plain($_) } $ex =~ /^\.Dl (.*)$/mg;

	while ($ex =~ /^\.Bd [^\n]*-literal[^\n]*\n(.*?)^\.Ed$/msg) {
		push @e, script(plain($1));
	}
	return @e;
}

# The commands of a display, run as one script; none if no tool is in it.
sub script {
	my ($t) = @_;

	$t =~ s/^#.*\n//mg;
	$t =~ s/\s+\z//;
	return $t =~ /\bmx[a-z]+\b/ ? ($t) : ();
}

sub try_example {
	my ($where, $cmd) = @_;
	my ($need) = grep { !$built{$_} && $name{$_} } $cmd =~ /\b(mx\w+)\b/g;
	my $run = $cmd;

      SKIP: {
		skip "$where: $need is not built", 1 if $need;
		for my $w ($cmd =~ /(?:^|[|;]\s*)(\w[\w-]*)(?=\s|$)/g) {
			skip "$where: no $w here", 1
			    if system("command -v $w >/dev/null") &&
			    $w !~ /^mx/;
		}
		$run =~ s{/var/(log|spool)/}{$dir/var/$1/}g;
		$run =~ s{\bbin/(mx)}{$1}g;
		my $r = sh('bash', '-o', 'pipefail', '-c', $run, { cd => $dir,
		    env => { PATH => "$bin:$ENV{PATH}", NO_COLOR => 1 } });
		my @bad = grep { !/^mx\w+: / } @{$r->{errs}};

		ok($r->{status} =~ /^[01]$/ && !@bad && ($r->{out} ne '' ||
		    $r->{status} eq '1' || $cmd =~ />/),
		    "$where: $cmd") or diag("status $r->{status}\n$r->{err}");
	}
}

for my $p (sort keys %page) {
	my @e = examples($page{$p});

	ok(@e > 0, "$p has examples") if $p =~ /^mx/;
	try_example($p, $_) for @e;
}
if (ok(-e 'README.md', 'README.md')) {
	my $readme = slurp('README.md');
	my @e;

	while ($readme =~ /^```\w*\n(.*?)^```$/msg) {
		push @e, script($1);
	}
	cmp_ok(scalar @e, '>=', 5, 'README.md has five pipelines');
	try_example('README.md', $_) for @e;
	my %told = map { $_ => 1 } $readme =~ /^\|\s*`(mx\w+)`/mg;
	is(join(' ', sort keys %told), join(' ', sort keys %name),
	    'README.md has a table of the tools that exist');
}
done_testing();
