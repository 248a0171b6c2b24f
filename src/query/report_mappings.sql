-- SPDX-License-Identifier: GPL-2.0-or-later
-- What is mapped, over all processes, in kB: that first which they own most of.
--
-- rss counts what they share once for each process, pss once for all.
SELECT test_label, hostname, class, kind, processes, mappings, size / 1024 AS size, rss / 1024 AS rss,
       pss / 1024 AS pss, own / 1024 AS own, swap / 1024 AS swap, hugetlb / 1024 AS hugetlb, pathname
FROM by_mapping
ORDER BY capture_id, COALESCE(own, -1) DESC, COALESCE(pss, -1) DESC, size DESC, first_place;
