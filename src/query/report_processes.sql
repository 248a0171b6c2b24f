-- SPDX-License-Identifier: GPL-2.0-or-later
-- All processes, those first that own most, in kB.
--
-- own is what the kernel gets back when one ends, rss counts what they share once for each, and pss
-- once for all.  shm is shared memory of all kinds, page_tables are in none of the others.
SELECT test_label, hostname, pid, user_name AS username, status, pg_role AS role,
       size / 1024 AS size, rss / 1024 AS rss, pss / 1024 AS pss, own / 1024 AS own, swap / 1024 AS swap,
       (shared_mem_rss + dynamic_shm_rss) / 1024 AS shm, file_rss / 1024 AS files, heap_rss / 1024 AS heap,
       mmap_rss / 1024 AS mmap, vm_pte / 1024 AS page_tables, COALESCE(cmdline, comm) AS command
FROM by_process
ORDER BY capture_id, COALESCE(own, -1) DESC, COALESCE(rss, -1) DESC, COALESCE(size, -1) DESC, pid;
