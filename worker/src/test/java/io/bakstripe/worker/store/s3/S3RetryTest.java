package io.bakstripe.worker.store.s3;

import static io.bakstripe.worker.store.s3.RecordedStore.ATTEMPTS;
import static io.bakstripe.worker.store.s3.RecordedStore.FILE;
import static io.bakstripe.worker.store.s3.RecordedStore.OBJECT;
import static io.bakstripe.worker.store.s3.RecordedStore.PARTS;
import static io.bakstripe.worker.store.s3.RecordedStore.UPLOAD;
import static io.bakstripe.worker.store.s3.RecordedStore.await;
import static io.bakstripe.worker.store.s3.RecordedStore.crc32c;
import static io.bakstripe.worker.store.s3.RecordedStore.problem;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.worker.store.ObjectStore;
import io.bakstripe.worker.store.RequestScope;
import io.bakstripe.worker.store.aws.RetrySettings;
import io.bakstripe.worker.store.s3.RecordingServer.Answer;
import io.bakstripe.worker.store.s3.RecordingServer.Request;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** When requests are repeated, how often, and on whose behalf. */
class S3RetryTest {
    private static RecordedStore recorded;
    private static RecordingServer server;

    private S3ObjectStore store;

    @BeforeAll
    static void serve() throws IOException {
        recorded = new RecordedStore();
        server = recorded.server();
    }

    @BeforeEach
    void open() {
        server.reset();
        store = recorded.with(Map.of());
    }

    @AfterAll
    static void shutDown() {
        recorded.close();
    }

    /** One call of each kind that may be repeated. */
    enum Call {
        REGION(store -> store.region("some-bucket")),
        HEAD(store -> store.head(FILE)),
        LIST(store -> store.list("some-bucket", "f", 10)),
        UPLOAD_PART(store -> store.uploadPart(UPLOAD, 1, List.of(ByteBuffer.wrap(new byte[10])), crc32c(new byte[10]))),
        LIST_PARTS(store -> store.listParts(UPLOAD)),
        COMPLETE(store -> store.complete(UPLOAD, PARTS, false)),
        ABORT(store -> store.abort(UPLOAD)),
        READ(store -> store.read(OBJECT, 0, 10));

        private final Function<ObjectStore, CompletionStage<?>> call;

        Call(Function<ObjectStore, CompletionStage<?>> call) {
            this.call = call;
        }

        CompletionStage<?> of(ObjectStore store) {
            return call.apply(store);
        }
    }

    /** What may go wrong with a single request and pass. */
    enum Fault {
        SLOW_DOWN(Answer.error(503, "SlowDown", "Please reduce your request rate.")),
        INTERNAL_ERROR(Answer.error(500, "InternalError", "We encountered an internal error.")),
        BAD_GATEWAY(Answer.of(502, "<html>not S3 at all</html>")),
        TOO_MANY_REQUESTS(Answer.of(429, "")),
        REQUEST_TIMEOUT(Answer.error(400, "RequestTimeout", "Your socket connection was not read in time.")),
        CONFLICT(Answer.error(409, "OperationAborted", "A conflicting operation is in progress.")),
        RESET(Answer.cut()),
        READ_TIMEOUT(Answer.silent());

        private final Answer answer;

        Fault(Answer answer) {
            this.answer = answer;
        }
    }

    private static Stream<Arguments> everyCallAndFault() {
        return Stream.of(Call.values())
                .flatMap(call -> Stream.of(Fault.values())
                        // Nothing but the body tells this fault from others, and HEAD has none.
                        .filter(fault -> fault != Fault.REQUEST_TIMEOUT || (call != Call.HEAD && call != Call.REGION))
                        .map(fault -> Arguments.of(call, fault)));
    }

    /** Short enough to be waited for where an answer never comes, and only there. */
    private static S3ObjectStore impatientOn(Fault fault) {
        return recorded.with(fault == Fault.READ_TIMEOUT ? Map.of("store.read-timeout", "1 s") : Map.of());
    }

    private static Answer agreeing(Request request) {
        return request.asks("GetObject")
                ? new Answer(206, Map.of(), new byte[10], 10)
                : RecordingServer.agreeing(request);
    }

    @ParameterizedTest
    @MethodSource("everyCallAndFault")
    void everyCallSurvivesEveryPassingFault(Call call, Fault fault) throws Exception {
        store = impatientOn(fault);
        server.answerUsually(S3RetryTest::agreeing);
        await(call.of(store));
        List<String> undisturbed =
                server.requests().stream().map(Request::operation).toList();
        server.reset();
        server.answerUsually(S3RetryTest::agreeing);
        server.answerNext(fault.answer);

        await(call.of(store));

        assertThat(server.requests())
                .extracting(Request::operation)
                .startsWith(undisturbed.get(0), undisturbed.get(0))
                .hasSize(undisturbed.size() + 1);
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void nothingIsRepeatedButByTheBudget(Fault fault) {
        server.answerUsually(request -> fault.answer);

        Problem problem =
                problem(impatientOn(fault).within(RequestScope.ofBudget(0)).head(FILE));

        assertThat(problem.error()).isNotEqualTo(BackupError.INTERNAL);
        assertThat(server.requests()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void anUploadIsNeverBegunTwice(Fault fault) {
        server.answerNext(fault.answer);

        problem(impatientOn(fault).createUpload(FILE, Map.of()));

        assertThat(server.requests()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Call.class)
    void givesUpWithTheStoresTextWhenTheFaultStays(Call call) {
        server.answerUsually(request -> request.method().equals("HEAD")
                ? Answer.of(503, "")
                : Answer.error(503, "SlowDown", "Please reduce your request rate."));

        Problem problem = problem(call.of(store));

        assertThat(problem.error()).isEqualTo(BackupError.STORE_UNREACHABLE);
        assertThat(problem.detail()).contains("HTTP 503");
        assertThat(server.requests()).hasSize(ATTEMPTS);
    }

    @Nested
    class WithinAScope {
        @Test
        void requestsShareItsBudget() {
            server.answerUsually(request -> Answer.of(503, ""));
            ObjectStore scoped = store.within(RequestScope.ofBudget(5));

            problem(scoped.head(FILE));
            problem(scoped.listParts(UPLOAD));

            assertThat(server.requests()).hasSize(1 + 5 + 1);
        }

        @Test
        void goodAnswersGiveRepetitionsBack() throws Exception {
            ObjectStore scoped = store.within(RequestScope.ofBudget(2));
            for (int round = 0; round < 5; round++) {
                server.answerNext(Answer.of(503, ""), Answer.of(503, ""));

                // The third attempt, the head's 404 and a listing are good answers: two repetitions are there again.
                await(scoped.head(FILE));
                await(scoped.list("some-bucket", "f", 1));
            }

            assertThat(server.requests()).hasSize(5 * 4);
        }

        @Test
        void isAskedBeforeEveryRequestAndToldOfEveryGoodAnswer() throws Exception {
            CountingScope scope = new CountingScope(10);
            ObjectStore scoped = store.within(scope);
            server.answerNext(Answer.of(503, ""));

            await(scoped.head(FILE));
            await(scoped.createUpload(FILE, Map.of()));
            await(scoped.region("some-bucket"));
            await(scoped.abort(UPLOAD));

            assertThat(scope.sent).hasValue(server.requests().size()).hasValue(2 + 1 + 2 + 2);
            assertThat(scope.repeated).hasValue(1);
            assertThat(scope.answered).hasValue(6);
        }

        @ParameterizedTest
        @EnumSource(Call.class)
        void sendsNothingOnceTheScopeRefuses(Call call) {
            Problem over = BackupError.STOPPED_BY_NODE.problem();
            CountingScope scope = new CountingScope(0, over);

            assertThat(problem(call.of(store.within(scope)))).isEqualTo(over);

            assertThat(server.requests()).isEmpty();
            assertThat(scope.repeated).hasValue(0);
        }

        @Test
        void beginsNoUploadOnceTheScopeRefuses() {
            Problem over = BackupError.STOPPED_BY_NODE.problem();

            assertThat(problem(store.within(new CountingScope(0, over)).createUpload(FILE, Map.of())))
                    .isEqualTo(over);

            assertThat(server.requests()).isEmpty();
        }

        @Test
        void repeatsNothingOnceTheScopeRefuses() {
            Problem over = BackupError.STOPPED_BY_NODE.problem();
            server.answerUsually(request -> Answer.of(503, ""));

            assertThat(problem(store.within(new CountingScope(2, over)).head(FILE)))
                    .isEqualTo(over);

            assertThat(server.requests()).hasSize(2);
        }

        @Test
        void fourPartsSurviveTenFailuresEach() throws Exception {
            AtomicInteger failures = new AtomicInteger(40);
            server.answerUsually(
                    request -> failures.getAndDecrement() > 0 ? Answer.of(503, "") : RecordingServer.agreeing(request));
            // A connection that happens to be closed under a request costs a repetition too, so some are to spare.
            ObjectStore scoped = store.within(RequestScope.ofBudget(48));

            List<CompletableFuture<?>> sent = IntStream.rangeClosed(1, 4)
                    .<CompletableFuture<?>>mapToObj(
                            number -> Call.UPLOAD_PART.of(scoped).toCompletableFuture())
                    .toList();

            for (CompletableFuture<?> one : sent) {
                await(one);
            }
            assertThat(server.requests()).hasSizeBetween(44, 52);
            assertThat(failures).hasNonPositiveValue();
        }
    }

    @Nested
    class Pausing {
        private final RetrySettings defaults =
                new RetrySettings(8, Duration.ofMillis(200), Duration.ofSeconds(15), 0.5);

        private Duration total(int repetitions, double random) {
            return IntStream.rangeClosed(1, repetitions)
                    .mapToObj(repetition -> defaults.pause(repetition, random, Duration.ZERO))
                    .reduce(Duration.ZERO, Duration::plus);
        }

        @Test
        void tenRepetitionsOutlastAnOutageOfAMinute() {
            assertThat(total(10, 0)).isEqualTo(Duration.ofMillis(70_400));
            assertThat(total(10, 1)).isEqualTo(Duration.ofMillis(105_600));
            assertThat(total(8, 0)).isEqualTo(Duration.ofMillis(40_400));
        }

        @Test
        void neverExceedsTheLongestPause() {
            assertThat(defaults.pause(1_000, 0, Duration.ZERO)).isEqualTo(Duration.ofSeconds(15));
            assertThat(new RetrySettings(1, Duration.ofDays(1), Duration.ofDays(2), 0).pause(40, 0, Duration.ZERO))
                    .isEqualTo(Duration.ofDays(2));
        }

        @Test
        void followsTheStoresWishUpToAMinute() {
            assertThat(defaults.pause(1, 0, Duration.ofSeconds(7))).isEqualTo(Duration.ofSeconds(7));
            assertThat(defaults.pause(9, 0, Duration.ofSeconds(7))).isEqualTo(Duration.ofSeconds(15));
            assertThat(defaults.pause(1, 0, Duration.ofHours(1))).isEqualTo(Duration.ofMinutes(1));
        }

        @Test
        void leavesTheStoreAloneForAsLongAsItWants() throws Exception {
            server.answerNext(Answer.of(503, "").with("Retry-After", "1"));
            long before = System.nanoTime();

            await(store.head(FILE));

            assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
            assertThat(server.requests()).hasSize(2);
        }
    }

    /** Lets so many requests pass and then refuses; repeats whatever it is asked to. */
    private static final class CountingScope implements RequestScope {
        private final AtomicInteger sent = new AtomicInteger();
        private final AtomicInteger repeated = new AtomicInteger();
        private final AtomicInteger answered = new AtomicInteger();
        private final int most;
        private final Problem after;

        CountingScope(int most) {
            this(most, BackupError.INTERNAL.problem("more requests than expected"));
        }

        CountingScope(int most, Problem after) {
            this.most = most;
            this.after = after;
        }

        @Override
        public void beforeRequest() {
            if (sent.get() >= most) {
                throw after.asException();
            }
            sent.incrementAndGet();
        }

        @Override
        public boolean mayRepeat() {
            repeated.incrementAndGet();
            return true;
        }

        @Override
        public void answered() {
            answered.incrementAndGet();
        }
    }
}
