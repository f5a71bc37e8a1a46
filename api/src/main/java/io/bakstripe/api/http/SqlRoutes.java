package io.bakstripe.api.http;

import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.post;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.Route;
import io.bakstripe.api.sql.SqlCall;
import io.bakstripe.api.sql.SqlText;
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

    static Route routes(RequestBody body, InstanceChoice instances, ProcedureCalls calls, String login) {
        return path(
                "sql",
                () -> post(() -> instances.choose(instance -> IdempotencyKeys.read(key -> body.plainText(
                        text -> new Batch(calls, new ProcedureCalls.Caller(instance, login, key), SqlText.parse(text))
                                .run())))));
    }

    /** The statements of one text, while they run; used by one statement at a time. */
    private static final class Batch {
        private final ProcedureCalls calls;
        private final ProcedureCalls.Caller caller;
        private final List<SqlCall> statements;
        private final List<Rows> results = new ArrayList<>();

        Batch(ProcedureCalls calls, ProcedureCalls.Caller caller, List<SqlCall> statements) {
            this.calls = calls;
            this.caller = caller;
            this.statements = statements;
        }

        CompletionStage<HttpResponse> run() {
            CompletionStage<Void> last = CompletableFuture.completedFuture(null);
            for (int index = 0; index < statements.size(); index++) {
                int number = index + 1;
                SqlCall statement = statements.get(index);
                last = last.thenCompose(done -> one(statement, number)).thenAccept(results::add);
            }
            return last.handle((done, failure) -> failure == null ? answer() : refusal(failure));
        }

        private CompletionStage<Rows> one(SqlCall statement, int number) {
            Procedure procedure = statement.procedure();
            return calls.call(procedure, statement.arguments(procedure), callerOf(number));
        }

        /** The first statement takes the key as it is, so that the same call is the same call in both of its forms. */
        private ProcedureCalls.Caller callerOf(int number) {
            Optional<String> key = caller.idempotencyKey().map(given -> number == 1 ? given : given + "#" + number);
            return new ProcedureCalls.Caller(caller.instance(), caller.login(), key);
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
