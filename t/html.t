#!/usr/bin/perl

# The page of mxreport: valid, self-contained, escaped, readable by a screen
# reader, in colours that can be told apart, rendered on a phone, a tablet, a
# desk and on paper.

use strict;
use warnings;
use utf8;
use lib 't';
use Encode ();
use JSON::PP;
use Test::More;
use Mx;

my $js = JSON::PP->new->utf8->canonical;
my $dir = dir();
my $n = 0;
my @now = ('--now', '2026-10-01T00:00:00Z');

sub policy { return put("$dir/p" . $n++, @_) }
sub have { return !system "command -v $_[0] >/dev/null 2>&1" }

# A delivery, with what is to be different.
sub out {
	return { type => 'delivery', time => '2026-09-02T10:00:00Z', host => 'mx', instance => 'postfix', qid => 'Q' . ++$n,
	    trace => "mx/postfix/Q$n", from => 'a@example.net', to => 'bob@example.org', relay => 'mx1.example.org[198.51.100.25]:25',
	    relay_name => 'mx1.example.org', relay_addr => '198.51.100.25', relay_port => 25, status => 'sent', dsn => '2.0.0', delay => 1.5,
	    tls => 'encrypted', tls_proof => 'proven', tls_why => 'handshake', tls_version => 'TLSv1.3', tls_cipher => 'TLS_AES_256_GCM_SHA384',
	    tls_trust => 'Untrusted', src => 'log', off => 0, len => 9, line => 1, @_ };
}

my %plain = (tls_version => undef, tls_cipher => undef, tls_trust => undef);
sub plain { return (%plain, tls => 'plaintext', tls_why => 'no-handshake', @_) }
sub unknown { return (%plain, tls => 'unknown', tls_why => 'not-logged', tls_proof => undef, @_) }

my @end = ({ type => 'source', src => 'log', size => 10, sha256 => 'ab' x 32, format => 'iso', tool => 'mxtrace', version => '0.1', lines => 100 },
    { type => 'coverage', time => '2026-08-24T00:00:00Z', end => '2026-09-14T00:00:00Z', host => 'mx', lines => 100, understood => 100, ignored => 0,
    foreign => 0, unknown => 0, tls_logging => 'postfix/smtp=yes' });

sub records {
	return join '', map { my $r = { %$_ }; delete @$r{grep { !defined $r->{$_} } keys %$r};
	    '{"type":"' . delete($r->{type}) . '"' . ($js->encode($r) =~ s/^\{(?!\})/,/r =~ s/^\{\}$/}/r) . "\n" } @_;
}

# What an attacker may write.
my @evil = ('<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "'&amp;</td></table>", "\x{202e}gpj.exe\x{2066}", "\x1b]0;title\x07\x9b31m",
    "a\x{200b}b\x{feff}", "\0\r\n\t", '</title><h1>', "\x{5d0}\x{5d1}", 'x' x 900);

my $many = policy("[policy]\nname Many days\n[default]\noutbound encrypt\ninbound may\n[limits]\nunknown 10%\n[exempt]\nold.example.org until=2026-12-31 reason=to be replaced\n");
my @days = map { my $d = $_; map { out($_ % 7 == 0 ? plain() : $_ % 11 == 0 ? unknown() : $_ % 3 == 0 ? (tls => 'authenticated', tls_trust => 'Verified') : (),
    time => sprintf('2026-09-%02dT%02d:00:00Z', $d, $_ % 24), to => "user.with.a.long.name.$_\@a-rather-long-name-of-a-department.example.org", relay_name => "mail-$_.a-rather-long-name.example.org") } 1 .. 20 + $d } 1 .. 13;
my $html = run('mxreport', '-q', '-p', $many, '-o', 'html', @now, '-', { in => records(@days, @end) })->{out};
my $page = put("$dir/page.html", $html);

subtest 'valid' => sub {
	plan skip_all => 'tidy is not installed' unless have('tidy');
	my $t = sh('tidy', '-q', '-e', $page);
	is($t->{err}, '', 'tidy has nothing to say of many days');
	is($t->{status}, 0, 'status');
	for my $c (['an empty one', records(@end)], ['hostile evidence', records(map({ out(plain(), to => $_, reply => $_, relay_name => $_) } @evil), @end)]) {
		my $f = put("$dir/t.html", run('mxreport', '-q', '-p', $many, '-o', 'html', @now, '-', { in => $c->[1] })->{out});
		is(sh('tidy', '-q', '-e', $f)->{err}, '', "nor of $c->[0]");
	}
};

subtest 'self-contained and readable' => sub {
	unlike($html, qr/<script|<link|<img|<iframe|<object|<embed|\@import|javascript:|\son\w+=/i, 'no script, nothing loaded');
	my @url = $html =~ /(?:href|src|action|xlink:href)="([^"]*)"|url\(([^)]*)\)/g;
	is(join(' ', grep { defined && !/^#/ } @url), '', 'every reference is within the page');
	my %id;
	$id{$_}++ for $html =~ /\bid="([^"]*)"/g;
	is(join(' ', grep { $id{$_} > 1 } sort keys %id), '', 'ids are unique');
	is(join(' ', grep { !$id{$_} } map { s/^#//r } grep { defined && /^#/ } @url), '', 'references have their target');
	is(join(' ', grep { !$id{$_} } $html =~ /aria-labelledby="([^"]*)"/g), '', 'labels have theirs');
	like($html, qr/^<!DOCTYPE html>\n<html lang="en">/, 'language');
	like($html, qr/<title>[^<]+<\/title>/, 'title');
	like($html, qr/default-src 'none'/, 'a policy that forbids all else');
	my @h = $html =~ /<h([1-6])/g;
	is($h[0], 1, 'one heading of all first');
	is(scalar(grep { $_ == 1 } @h), 1, 'and only one');
	is(scalar(grep { $h[$_] > $h[$_ - 1] + 1 } 1 .. $#h), 0, 'no level is left out');
	my @t = $html =~ /<table\b.*?<\/table>/gs;
	cmp_ok(scalar @t, '>', 8, 'tables');
	my @wide = grep { /class="wide"/ } @t;
	cmp_ok(scalar @wide, '>', 0, 'wide ones, whose cells stand one below the other on a phone');
	is(scalar(grep { /<table(?![^>]*role="table")|<tr(?![^>]*role="row")|<th (?![^>]*role="(?:columnheader|rowheader)")|<td (?![^>]*role="cell")/ } @wide), 0, 'keep their roles there');
	is(scalar(grep { /<t[hd](?! scope="col")(?![^>]*data-title="[^"]+")/ } map { /<tbody.*/s ? $& : '' } @wide), 0, 'and the headings of their cells');
	is(scalar(grep { !/<caption>[^<]+<\/caption>/ } @t), 0, 'each has a caption');
	is(scalar(grep { /<th(?![^>]*scope=)[\s>]/ } @t), 0, 'each heading a scope');
	is(scalar(grep { my ($head) = /<thead[^>]*><tr[^>]*>(.*?)<\/tr>/s; my $c = () = $head =~ /<th/g; grep { my $x = () = /<t[hd]\b/g; $x != $c } /<tr[^>]*>(.*?)<\/tr>/gs } @t), 0, 'each row as many cells as headings');
	my ($svg) = $html =~ /(<svg class="chart".*?<\/svg>)/s;
	like($svg, qr/role="img" aria-label="[^"]+">\s*<title>[^<]+<\/title>\s*<desc>[^<]+<\/desc>/, 'the chart has title and description');
	is(scalar(() = $html =~ /<svg class="swatch"(?! aria-hidden)/g), 0, 'swatches are silent');
	is(scalar(() = $svg =~ /<g><title>/g), 13, 'a bar a day');
	like($html, qr/tls_by_day/, 'and a table of the same');
	like($html, qr/\@media print/, 'made for paper');
	like($html, qr/prefers-color-scheme: dark/, 'made for the night');
	# The answer stands first.
	like($html, qr/<main>\s*<section class="answer bad".*?<h2[^>]*>Answer: violations<\/h2>\s*<p class="sentence">\d+ of \d+ hops broke/s, 'the answer first');
};

# Contrast as WCAG 2 has it.
sub luminance {
	my @c = map { my $v = hex($_) / 255; $v <= 0.03928 ? $v / 12.92 : (($v + 0.055) / 1.055) ** 2.4 } $_[0] =~ /^#(..)(..)(..)$/;
	return 0.2126 * $c[0] + 0.7152 * $c[1] + 0.0722 * $c[2];
}
sub contrast {
	my ($a, $b) = sort { $b <=> $a } map { luminance($_) } @_;
	return ($a + 0.05) / ($b + 0.05);
}

subtest 'contrast' => sub {
	my ($day, $night) = $html =~ /:root \{(.*?)\}.*?prefers-color-scheme: dark\) \{\s*:root \{(.*?)\}/s;
	cmp_ok(contrast('#ffffff', '#000000'), '==', 21, 'black on white');
	for my $c (['day', $day], ['night', $night]) {
		my %v = $c->[1] =~ /--([a-z]+): (#[0-9a-f]{6})/g;
		for my $bg (qw(bg panel)) {
			cmp_ok(contrast($v{$_}, $v{$bg}), '>=', 4.5, "$c->[0]: $_ on $bg") for qw(fg soft link good bad dark);
		}
		cmp_ok(contrast($v{fg}, $v{head}), '>=', 4.5, "$c->[0]: headings of tables");
		cmp_ok(contrast($v{$_}, $v{bg}), '>=', 3, "$c->[0]: $_ on the page") for $c->[0] eq 'day' ? qw(authenticated encrypted plaintext unknown) : qw(authenticated encrypted plaintext unknown);
		cmp_ok(contrast($v{authenticated}, $v{encrypted}), '>=', 1.5, "$c->[0]: the blues differ in lightness");
		cmp_ok(contrast($v{mark}, $v{$_}), '>=', 3, "$c->[0]: the pattern on $_") for qw(plaintext unknown);
	}
};

# A browser without a window; its last word is a page's title.
my @browser = ('timeout', 100, 'chromium', '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars', "--user-data-dir=$dir/chromium");

# The page has no script.  A copy of it gets one, to be measured, and stands
# in a frame, since windows are not as narrow as phones.
sub measure {
	my ($html, $width, $script, @more) = @_;

	$html =~ s/<meta http-equiv="Content-Security-Policy"[^>]*>//;
	$html =~ s{</body>}{<script>$script; parent.postMessage(JSON.stringify(answer), '*');</script></body>};
	put("$dir/probe.html", $html);
	my $f = put("$dir/frame.html", "<!DOCTYPE html><title>no answer</title><script>onmessage = e => { document.title = e.data }</script>",
	    "<iframe src='probe.html' style='border:0;width:${width}px;height:900px'></iframe>");
	my $r = sh(@browser, '--window-size=1400,1000', '--virtual-time-budget=5000', @more, '--dump-dom', "file://$f");
	my ($t) = $r->{out} =~ m{<title>(\{.*?\})</title>}s or diag($r->{out}, $r->{err});
	return defined $t ? $js->decode($t =~ s/&lt;/</gr =~ s/&gt;/>/gr =~ s/&amp;/&/gr) : {};
}

my $evil = run('mxreport', '-q', '-p', $many, '-o', 'html', @now, '-', { in => records(map({ my $e = $_; (out(plain(), to => "$e\@example.org", from => $e,
    relay_name => "$e.example.org", reply => $e, trace => "mx/$e/Q", src => $e), out(unknown(), tls_why => $e, to => $e), out(tls_cipher => $e, tls_version => $e, to => $e)) } @evil), @end) })->{out};

subtest 'rendered' => sub {
	plan skip_all => 'chromium is not installed' unless have('chromium');
	my $script = <<'JS';
	const w = document.documentElement.clientWidth, bad = [];
	for (const e of document.querySelectorAll('body *')) {
		const r = e.getBoundingClientRect();
		if (r.right > w + 1 && !e.closest('.scroll') && !e.closest('svg')) bad.push(e.tagName + '.' + e.className);
	}
	const wide = [...document.querySelectorAll('table.wide')].map(t => t.parentNode).filter(s => s.scrollWidth > s.clientWidth + 1).length;
	const shown = [...document.querySelectorAll('td, tbody th')].filter(e => { const r = e.getBoundingClientRect(); return r.width < 20 || r.height < 10 }).length;
	const answer = { w: w, s: document.documentElement.scrollWidth, bad: bad.slice(0, 5).join(' '), wide: wide, thin: shown };
JS
	for my $p (['many days', $html], ['hostile evidence', $evil]) {
		for my $w (360, 800, 1280) {
			my $a = measure($p->[1], $w, $script);
			is($a->{w}, $w, "$p->[0], $w pixels: rendered") or next;
			cmp_ok($a->{s}, '<=', $w, "$p->[0], $w pixels: nothing beside the page");
			is($a->{bad}, '', "$p->[0], $w pixels: nothing reaches out of it");
			is($a->{thin}, 0, "$p->[0], $w pixels: every cell is to be seen");
			is($a->{wide}, 0, "$p->[0], $w pixels: and no table to be moved sideways") if $w == 360 || ($w == 1280 && $p->[1] eq $html);
		}
	}
};

# As axe has it: the colour of each text on what is behind it.
subtest 'contrast as rendered' => sub {
	plan skip_all => 'chromium is not installed' unless have('chromium');
	my $script = <<'JS';
	const rgb = s => s.match(/[\d.]+/g).map(Number);
	const lin = v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
	const lum = c => 0.2126 * lin(c[0]) + 0.7152 * lin(c[1]) + 0.0722 * lin(c[2]);
	const behind = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c } return [255, 255, 255] };
	let n = 0, least = 99, worst = '';
	for (const e of document.querySelectorAll('body *')) {
		if (e.closest('svg, script') || ![...e.childNodes].some(t => t.nodeType === 3 && t.data.trim())) continue;
		const l = [lum(rgb(getComputedStyle(e).color)), lum(behind(e))].sort((a, b) => b - a), c = (l[0] + 0.05) / (l[1] + 0.05);
		n++;
		if (c < least) { least = c; worst = e.tagName + '.' + e.className }
	}
	const answer = { n: n, least: least, worst: worst, bg: lum(behind(document.body)) };
JS
	my ($day, $night) = map { measure($html, 1280, $script, @$_) } [], ['--force-dark-mode'];
	for my $c (['light', $day], ['dark', $night]) {
		cmp_ok($c->[1]{n}, '>', 500, "$c->[0]: texts");
		cmp_ok($c->[1]{least}, '>=', 4.5, "$c->[0]: the least contrast ($c->[1]{worst})");
	}
	cmp_ok($day->{bg}, '>', 0.8, 'light is light');
	cmp_ok($night->{bg}, '<', 0.1, 'dark is dark');
};

subtest 'printed' => sub {
	plan skip_all => 'chromium is not installed' unless have('chromium');
	for my $size ('A4', 'Letter') {
		my $f = put("$dir/print.html", $html =~ s/\@page \{/\@page { size: $size;/r);
		my $pdf = "$dir/page-$size.pdf";
		my $r = sh(@browser, '--no-pdf-header-footer', "--print-to-pdf=$pdf", "file://$f");
		like(-e $pdf ? slurp($pdf) : '', qr/^%PDF-/, "$size: printed") or diag($r->{err}), next;
	      SKIP: {
			skip 'no pdftotext', 3 unless have('pdftotext');
			my $text = sh('pdftotext', '-layout', $pdf, '-')->{out};
			# No column runs off the paper: the last ones are there.
			like($text, qr/All hops/, "$size: the last column of a table with many");
			like($text, qr/^Time .* From .* Remedy .* Evidence$/m, "$size: a wide table keeps its headings");
			unlike($text, qr/^\s*Peer:/m, "$size: and its columns");
		}
	}
};

done_testing();
