-- SPDX-License-Identifier: GPL-2.0-or-later
-- Shared memory of PostgreSQL servers: each piece once, in kB, the largest first.
--
-- part is shared for what has the buffers in it, and dynamic for what comes and goes.  resident is
-- what of it is in memory; of huge pages, at least hugetlb are, since nobody counts them for all.
SELECT test_label, hostname, pg_instance AS server, part, class, processes, size / 1024 AS size,
       resident / 1024 AS resident, hugetlb / 1024 AS hugetlb, pathname
FROM segments
ORDER BY capture_id, pg_instance, size DESC, first_place;
