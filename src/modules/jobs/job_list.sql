-- name: job_list
SELECT * FROM job

-- name: job_show
SELECT * FROM job WHERE id = :id;
