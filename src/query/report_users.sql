-- SPDX-License-Identifier: GPL-2.0-or-later
-- What users have, in kB; sums are of the processes that are readable.
SELECT test_label, hostname, uid, user_name AS username, processes, readable, size / 1024 AS size,
       rss / 1024 AS rss, pss / 1024 AS pss, own / 1024 AS own, swap / 1024 AS swap
FROM by_user
ORDER BY capture_id, COALESCE(own, -1) DESC, COALESCE(pss, -1) DESC, COALESCE(size, -1) DESC,
         COALESCE(uid, -1);
