package io.bakstripe.api.http;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.Query;
import akka.http.javadsl.model.Uri;
import akka.http.javadsl.model.headers.RawHeader;
import akka.japi.Pair;
import io.bakstripe.protocol.port.TaskFilter;
import io.bakstripe.protocol.task.TaskDetail;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A page of {@code GET /tasks}: the newest tasks that were asked for, and where the next page is, in the document ({@code next}) and in the header
 * {@code Link} (RFC 8288). A page without either is the last one. Tasks that are made meanwhile come before the first page, so that following the
 * links shows every task once.
 */
final class TaskPage {
    private static final String PATH = "/api/v1/tasks";

    private TaskPage() {}

    /** What to ask for: one task more than the page has, which tells whether another page follows. */
    static TaskFilter oneMore(TaskFilter page) {
        return new TaskFilter(
                page.database(),
                page.task(),
                page.lifecycle(),
                page.after(),
                page.limit().map(limit -> limit + 1));
    }

    /**
     * The answer to a query.
     *
     * @param query as the caller gave it
     * @param found what {@link #oneMore} has found, oldest first
     */
    static HttpResponse of(Map<String, String> query, TaskFilter page, List<TaskDetail> found) {
        int limit = page.limit().orElse(found.size());
        boolean more = found.size() > limit;
        List<TaskDetail> shown = more ? found.subList(found.size() - limit, found.size()) : found;
        List<TaskDocument> documents =
                new ArrayList<>(shown.stream().map(TaskDocument::of).toList());
        Collections.reverse(documents);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("tasks", documents);
        Optional<Uri> next = more ? Optional.of(next(query, shown.get(0))) : Optional.empty();
        next.ifPresent(uri -> body.put("next", uri.toString()));
        HttpResponse response = Answers.ok(body);
        return next.map(uri ->
                        (HttpResponse) response.addHeader(RawHeader.create("Link", "<" + uri + ">; rel=\"next\"")))
                .orElse(response);
    }

    private static Uri next(Map<String, String> query, TaskDetail last) {
        Map<String, String> following = new LinkedHashMap<>(query);
        following.put("after", last.row().taskId().toString());
        return Uri.create(PATH)
                .query(Query.create(following.entrySet().stream()
                        .map(parameter -> Pair.create(parameter.getKey(), parameter.getValue()))
                        .toList()));
    }
}
