-- SPDX-License-Identifier: GPL-2.0-or-later
-- Processes of PostgreSQL servers as the kernel, the server and malloc see them, in kB: those first
-- that own most.
--
-- own is what the kernel gets back when one ends.  shm, heap and mmap are parts of rss.  ctx_used and
-- ctx_free are what memory contexts have in use and free inside; outside is what malloc has in memory
-- beyond that: an estimate, below 0 if contexts hold what was never touched, or if they have
-- changed in the skew_ms between both looks.  match says whether pg_stat_activity and the kernel
-- mean the same process for sure.
SELECT test_label, hostname, pg_instance AS server, pid,
       COALESCE(NULLIF(application_name, ''), backend_type) AS who, usename AS username, datname, state,
       rss / 1024 AS rss, pss / 1024 AS pss, own / 1024 AS own, swap / 1024 AS swap,
       shared_mem_rss / 1024 AS shm, heap_rss / 1024 AS heap, mmap_rss / 1024 AS mmap,
       ctx_used / 1024 AS ctx_used, ctx_free / 1024 AS ctx_free, outside / 1024 AS outside, skew_ms,
       match_quality AS "match", verdict, query
FROM reconcile
ORDER BY capture_id, COALESCE(own, -1) DESC, COALESCE(rss, -1) DESC, COALESCE(size, -1) DESC, pid;
