package io.bakstripe.api.http;

import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.post;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.Route;
import io.bakstripe.api.sql.OpenTransaction;
import io.bakstripe.api.sql.SqlCall;
import io.bakstripe.api.sql.SqlQuery;
import io.bakstripe.api.sql.SqlStatement;
import io.bakstripe.api.sql.SqlText;
import io.bakstripe.api.sql.SqlTransaction;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.procedure.Procedure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * {@code POST /sql}: T-SQL text in, {@code {"results": [{"rows": […]}, …]}} out.
 *
 * <p>A text that cannot be read runs nothing. Otherwise the statements run one after the other up to the first that fails; the problem document then
 * carries the results so far.
 */
final class SqlRoutes {
    private SqlRoutes() {}

    static Route routes(
            RequestBody body, InstanceChoice instances, ProcedureCalls calls, BackupHistory history, Caller caller) {
        return path(
                "sql",
                () -> post(() ->
                        instances.choose(instance -> IdempotencyKeys.read(key -> body.plainText(text -> new Batch(
                                        calls,
                                        history,
                                        new ProcedureCalls.Context(instance, caller, key),
                                        SqlText.parse(text))
                                .run())))));
    }

    /** The statements of one text, while they run; used by one statement at a time. */
    private static final class Batch {
        private final ProcedureCalls calls;
        private final BackupHistory history;
        private final ProcedureCalls.Context context;
        private final List<SqlStatement> statements;
        private final List<Rows> results = new ArrayList<>();
        private final OpenTransaction transaction = new OpenTransaction();

        Batch(
                ProcedureCalls calls,
                BackupHistory history,
                ProcedureCalls.Context context,
                List<SqlStatement> statements) {
            this.calls = calls;
            this.history = history;
            this.context = context;
            this.statements = statements;
        }

        CompletionStage<HttpResponse> run() {
            CompletionStage<Void> last = CompletableFuture.completedFuture(null);
            for (int index = 0; index < statements.size(); index++) {
                int number = index + 1;
                SqlStatement statement = statements.get(index);
                last = last.thenCompose(done -> one(statement, number)).thenAccept(results::add);
            }
            return last.handle((done, failure) -> failure == null ? answer() : refusal(failure));
        }

        private CompletionStage<Rows> one(SqlStatement statement, int number) {
            if (statement instanceof SqlQuery select) {
                return history.rows(context.instance(), select.query());
            }
            if (statement instanceof SqlTransaction bracket) {
                transaction.take(bracket);
                return CompletableFuture.completedFuture(new Rows(List.of()));
            }
            SqlCall call = (SqlCall) statement;
            Procedure procedure = call.procedure();
            transaction.mustBeOutside(procedure.wireName());
            return calls.call(procedure, call.arguments(procedure), contextOf(number));
        }

        /** The first statement takes the key as it is, so that the same call is the same call in both of its forms. */
        private ProcedureCalls.Context contextOf(int number) {
            Optional<String> key = context.idempotencyKey().map(given -> number == 1 ? given : given + "#" + number);
            return new ProcedureCalls.Context(context.instance(), context.caller(), key);
        }

        private HttpResponse answer() {
            return Answers.ok(Map.of("results", results));
        }

        private HttpResponse refusal(Throwable failure) {
            Problem problem = Faults.problemOf(failure);
            return Answers.problem(problem, ProblemDocument.of(problem).after(results));
        }
    }
}
