#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Load the maps of a folder as the article does: a gawk for each, all they print into a file, and psql runs that.
# usage: load_by_awk.sh FOLDER FILE.sql PSQL...
set -eu
folder=$1 statements=$2
shift 2
program=$(dirname "$0")/inserts.awk
for maps in "$folder"/*/maps; do
	process=${maps%/maps}
	gawk -f "$program" label=A host=h pid="${process##*/}" "$maps"
done >"$statements"
"$@" -f "$statements"
