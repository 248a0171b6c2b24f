-- SPDX-License-Identifier: GPL-2.0-or-later
-- PostgreSQL servers as a whole, in kB.
--
-- own is what all their processes own, sum_rss and sum_pss what their Rss and Pss add up to.
-- shared_size and shared_resident are their shared memory, each piece once, with huge pages, of
-- which at least hugetlb are there; the report segments names the pieces.
SELECT test_label, hostname, pg_instance AS server, processes, readable, rss / 1024 AS sum_rss,
       pss / 1024 AS sum_pss, own / 1024 AS own, swap / 1024 AS swap, vm_pte / 1024 AS page_tables,
       shared_size / 1024 AS shared_size, shared_resident / 1024 AS shared_resident, hugetlb / 1024 AS hugetlb
FROM instances
ORDER BY capture_id, COALESCE(own, -1) DESC, pg_instance;
