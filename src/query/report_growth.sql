-- SPDX-License-Identifier: GPL-2.0-or-later
-- What has become of each process from one capture of a host to a later one, in kB: what has grown
-- most first, by what it owns.
--
-- presence is both, new or gone: a pid comes round, so a process is the same if it began at the
-- same time, too.  What one of both could not read is not known to have grown.
SELECT from_label, to_label, hostname, seconds, pid, presence, pg_role AS role,
       own_from / 1024 AS own_from, own_to / 1024 AS own_to, own_delta / 1024 AS own_delta,
       rss_delta / 1024 AS rss_delta, pss_delta / 1024 AS pss_delta, malloc_delta / 1024 AS malloc_delta,
       swap_delta / 1024 AS swap_delta, size_delta / 1024 AS size_delta, COALESCE(cmdline, comm) AS command
FROM growth
ORDER BY from_id, to_id, CASE WHEN own_delta IS NULL THEN 1 ELSE 0 END, own_delta DESC,
         COALESCE(size_delta, 0) DESC, pid, presence;
