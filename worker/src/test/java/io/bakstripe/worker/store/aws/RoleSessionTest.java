package io.bakstripe.worker.store.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.error.BackupError;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** When keys are asked for, and who waits for them; the clock is the test's. */
class RoleSessionTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private Instant now = Instant.parse("2026-03-29T00:30:00Z");
    private final Deque<CompletableFuture<Keys>> asked = new ArrayDeque<>();
    private int questions;
    private final RoleSession session = new RoleSession(
            "role",
            () -> {
                questions++;
                CompletableFuture<Keys> answer = new CompletableFuture<>();
                asked.add(answer);
                return answer;
            },
            () -> now,
            Duration.ofMinutes(5),
            Duration.ofSeconds(15));

    private Keys answer(String name, Duration lifetime) {
        Keys keys = new Keys(AwsSessionCredentials.create(name, "secret", "token"), now, now.plus(lifetime));
        asked.remove().complete(keys);
        return keys;
    }

    private void fail() {
        asked.remove()
                .completeExceptionally(
                        new NothingDone.NoKeys(BackupError.STS_UNREACHABLE.problem("role", "no route"), Duration.ZERO));
    }

    private static Keys keys(CompletionStage<Optional<Keys>> stage) {
        return stage.toCompletableFuture().getNow(Optional.empty()).orElseThrow();
    }

    private Keys held(Duration lifetime) {
        CompletionStage<Optional<Keys>> first = session.ready();
        answer("first", lifetime);
        return keys(first);
    }

    private static S3Exception refusal(int status, String code) {
        return (S3Exception) S3Exception.builder()
                .statusCode(status)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage("")
                        .build())
                .build();
    }

    @Test
    void allRequestsThatFindNoKeysWaitForTheSameAnswer() {
        CompletionStage<Optional<Keys>> one = session.ready();
        CompletionStage<Optional<Keys>> other = session.ready();
        assertThat(one.toCompletableFuture()).isNotDone();

        Keys given = answer("first", HOUR);

        assertThat(keys(one)).isEqualTo(given).isEqualTo(keys(other));
        assertThat(questions).isOne();
    }

    @Test
    void keysAreUsedUntilTheirRenewalIsDue() {
        Keys first = held(HOUR);
        now = now.plus(Duration.ofMinutes(54));

        assertThat(keys(session.ready())).isEqualTo(first);
        assertThat(questions).isOne();
    }

    @Test
    void renewalDelaysNoRequest() {
        Keys first = held(HOUR);
        now = now.plus(Duration.ofMinutes(56));

        assertThat(keys(session.ready())).isEqualTo(first);
        assertThat(keys(session.ready())).isEqualTo(first);
        assertThat(questions).as("one renewal at a time").isEqualTo(2);
        Keys second = answer("second", HOUR);

        assertThat(keys(session.ready())).isEqualTo(second);
    }

    @Test
    void aRenewalThatFailsIsTriedAgainAfterAPauseAndHarmsNothingMeanwhile() {
        Keys first = held(HOUR);
        now = now.plus(Duration.ofMinutes(56));
        session.ready();
        fail();

        now = now.plusSeconds(14);
        assertThat(keys(session.ready())).isEqualTo(first);
        assertThat(questions).isEqualTo(2);
        now = now.plusSeconds(1);
        assertThat(keys(session.ready())).isEqualTo(first);

        assertThat(questions).isEqualTo(3);
    }

    @Test
    void keysThatExpiredAreWaitedForWhateverThePause() {
        held(HOUR);
        now = now.plus(Duration.ofMinutes(59)).plusSeconds(44);
        session.ready();
        fail();
        now = now.plusSeconds(1);

        CompletionStage<Optional<Keys>> waiting = session.ready();
        assertThat(waiting.toCompletableFuture()).isNotDone();
        fail();

        assertThatThrownBy(() -> waiting.toCompletableFuture().join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(NothingDone.NoKeys.class);
        assertThat(questions).isEqualTo(3);
        CompletionStage<Optional<Keys>> again = session.ready();
        assertThat(keys(waitingFor(again, "later")).credentials().accessKeyId()).isEqualTo("later");
    }

    private CompletionStage<Optional<Keys>> waitingFor(CompletionStage<Optional<Keys>> stage, String name) {
        answer(name, HOUR);
        return stage;
    }

    @Test
    void keysOfSecondsAreUsedForMostOfTheirTime() {
        Keys first = held(Duration.ofSeconds(4));
        now = now.plusMillis(1_900);
        assertThat(keys(session.ready())).isEqualTo(first);
        assertThat(questions).isOne();

        now = now.plusMillis(200);
        assertThat(keys(session.ready())).isEqualTo(first);
        assertThat(questions).isEqualTo(2);
        now = now.plusMillis(1_500);
        CompletionStage<Optional<Keys>> waiting = session.ready();

        assertThat(waiting.toCompletableFuture()).isNotDone();
        assertThat(questions).as("the renewal is under way").isEqualTo(2);
    }

    @Test
    void keysThatTheStoreCallsExpiredAreGivenUpWhateverTheClockSays() {
        Keys first = held(HOUR);

        assertThat(session.expired(first, refusal(400, "ExpiredToken"))).isTrue();

        CompletionStage<Optional<Keys>> waiting = session.ready();
        assertThat(waiting.toCompletableFuture()).isNotDone();
        Keys second = answer("second", HOUR);
        assertThat(session.expired(first, refusal(400, "ExpiredToken")))
                .as("what was signed before is repeated, too")
                .isTrue();
        assertThat(keys(session.ready())).isEqualTo(second);
        assertThat(questions).isEqualTo(2);
    }

    @Test
    void anAnswerWithoutABodyMayMeanThatOldKeysExpiredButNotNewOnes() {
        Keys first = held(HOUR);

        assertThat(session.expired(first, refusal(400, ""))).isFalse();
        now = now.plus(Duration.ofMinutes(7));
        assertThat(session.expired(first, refusal(403, ""))).isFalse();
        assertThat(session.expired(first, refusal(403, "AccessDenied"))).isFalse();

        assertThat(session.expired(first, refusal(400, ""))).isTrue();
    }

    @Test
    void neitherKeysNorTheirTextShowASecret() {
        assertThat(held(HOUR)).hasToString("Keys[first, until 2026-03-29T01:30:00Z]");
    }
}
