# SPDX-License-Identifier: GPL-2.0-or-later
# doc/CHANGES.md as the changelog of a package.  To be told: form (debian or
# rpm), package, version, maintainer, and today (YYYY-MM-DD), for an entry that
# has no date, as it is not released.
#
#   ## 1.2.3 (2027-01-31)     an entry; the newest, which comes first, is of this version
#   ### Word                  a part of it
#   - What has changed, in
#     one line or several

# The day of the week of a date, 0 for Sunday.
function weekday(year, month, day) {
	split("0 3 2 5 0 3 5 1 4 6 2 4", shift, " ")
	year -= month < 3
	return (year + int(year / 4) - int(year / 100) + int(year / 400) + shift[month + 0] + day) % 7
}

# "Sun 22 Nov 2026" in the order that a form wants.
function dated(date, order,    part, name, month) {
	split(date, part, "-")
	split("Sun Mon Tue Wed Thu Fri Sat", name, " ")
	split("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", month, " ")
	name[0] = name[weekday(part[1], part[2], part[3]) + 1]
	if (order == "debian")
		return sprintf("%s, %02d %s %d 00:00:00 +0000", name[0], part[3], month[part[2] + 0], part[1])
	return sprintf("%s %s %02d %d", name[0], month[part[2] + 0], part[3], part[1])
}

# Print what has come together, in lines of at most 78 columns.
function flush(    link, count, word, line, i) {
	if (text == "")
		return
	gsub(/\*\*/, "", text)
	# [A link](to somewhere) has its words left.
	while (match(text, /\[[^]]+\]\([^)]+\)/)) {
		link = substr(text, RSTART + 1, RLENGTH - 1)
		sub(/\].*/, "", link)
		text = substr(text, 1, RSTART - 1) link substr(text, RSTART + RLENGTH)
	}
	if (form == "rpm")
		gsub(/%/, "%%", text)  # In a spec file it begins a macro.
	count = split(text, word, " ")
	line = first word[1]
	for (i = 2; i <= count; i++) {
		if (length(line) + 1 + length(word[i]) > 78) {
			print line
			line = rest word[i]
		} else {
			line = line " " word[i]
		}
	}
	print line
	text = ""
}

# What follows is an item: of level 0, or of level 1 below one.
function item(level, said) {
	flush()
	blanks = substr("    ", 1, (form == "debian" ? 2 : 0) + 2 * level)
	first = blanks (level || form == "rpm" ? "- " : "* ")
	rest = blanks "  "
	text = said
	items++
}

# The name of a part, as dch and rpmdev-bumpspec write it.
function heading(said) {
	flush()
	if (form == "debian")
		print (items ? "\n" : "") "  [ " said " ]"
	else
		print "- " said ":"
	items++
}

function finish() {
	flush()
	if (entries && form == "debian")
		print "\n -- " maintainer "  " dated(date, form)
}

/^## / {
	finish()
	name = $2
	gsub(/[][]/, "", name)
	if (!entries++ && name "" != version && name ~ /^[0-9]/) {
		print "doc/CHANGES.md begins with " name ", and this is " version > "/dev/stderr"
		exit failed = 1
	}
	released = match($0, /[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]/)
	date = released ? substr($0, RSTART, 10) : today
	if (name !~ /^[0-9]/)
		name = version
	if (entries > 1)
		print ""
	if (form == "debian")
		print package " (" name ") " (released ? "unstable" : "UNRELEASED") "; urgency=medium\n"
	else
		print "* " dated(date, form) " " maintainer " - " name "-1"
	items = 0
	next
}

!entries { next }
/^### / { heading(substr($0, 5)); next }
/^[-*] / { item(0, substr($0, 3)); next }
/^ +[-*] / { sub(/^ +[-*] /, ""); item(1, $0); next }
/^[ \t]*$/ { flush(); next }
text == "" { item(0, $0); next }
{ text = text " " $0 }

END {
	if (!failed) {
		finish()
		if (!entries) {
			print "doc/CHANGES.md has no entries" > "/dev/stderr"
			failed = 1
		}
	}
	exit failed
}
