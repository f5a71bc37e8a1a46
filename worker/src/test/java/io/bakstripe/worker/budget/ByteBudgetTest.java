package io.bakstripe.worker.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.worker.budget.ByteBudget.Permit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ByteBudgetTest {
    private final ByteBudget budget = new ByteBudget(100);

    @Test
    void grantsAtOnceWhatIsFree() {
        Permit permit = budget.acquire(60).join();

        assertThat(budget.free()).isEqualTo(40);
        permit.release();
        assertThat(budget.free()).isEqualTo(100);
    }

    @Test
    void servesWhoCameFirstEvenWhenALaterWishWouldFit() {
        Permit most = budget.acquire(80).join();
        CompletableFuture<Permit> large = budget.acquire(50);
        CompletableFuture<Permit> small = budget.acquire(10);

        assertThat(large).isNotDone();
        assertThat(small).isNotDone();

        most.release();
        assertThat(large).isCompleted();
        assertThat(small).isCompleted();
        assertThat(budget.free()).isEqualTo(40);
    }

    @Test
    void cutsAWishThatIsLargerThanTheWholeBudget() {
        Permit little = budget.acquire(1).join();
        CompletableFuture<Permit> huge = budget.acquire(1_000);
        assertThat(huge).isNotDone();

        little.release();

        assertThat(huge).isCompleted();
        assertThat(budget.free()).isZero();
        huge.join().release();
        assertThat(budget.free()).isEqualTo(100);
    }

    @Test
    void passesOverWaitersThatGaveUp() {
        Permit all = budget.acquire(100).join();
        CompletableFuture<Permit> cancelled = budget.acquire(100);
        CompletableFuture<Permit> next = budget.acquire(30);

        cancelled.cancel(false);
        assertThat(next).isNotDone();
        all.release();

        assertThat(next).isCompleted();
        assertThat(budget.free()).isEqualTo(70);
    }

    @Test
    void servesTheNextWhenTheFirstWaiterGivesUpAndSomethingComesBack() {
        Permit some = budget.acquire(50).join();
        Permit more = budget.acquire(40).join();
        CompletableFuture<Permit> cancelled = budget.acquire(100);
        CompletableFuture<Permit> small = budget.acquire(45);
        cancelled.cancel(false);

        more.release();

        assertThat(small).isCompleted();
        some.release();
        small.join().release();
        assertThat(budget.free()).isEqualTo(100);
    }

    @Test
    void servesTheNextAtOnceWhenTheFirstWaiterGivesUp() {
        Permit some = budget.acquire(50).join();
        CompletableFuture<Permit> large = budget.acquire(80);
        CompletableFuture<Permit> small = budget.acquire(50);

        large.cancel(false);

        assertThat(small).isCompleted();
        assertThat(budget.free()).isZero();
        some.release();
    }

    @Test
    void givesBackOnceHoweverOftenAPermitIsReleased() {
        Permit permit = budget.acquire(60).join();
        permit.release();
        Permit other = budget.acquire(100).join();

        permit.release();

        assertThat(budget.free()).isZero();
        other.release();
        assertThat(budget.free()).isEqualTo(100);
    }

    @Test
    void letsAWaiterAcquireAndReleaseWhileItIsServed() {
        Permit all = budget.acquire(100).join();
        CompletableFuture<Permit> chained = budget.acquire(100).thenCompose(first -> {
            first.release();
            return budget.acquire(70);
        });

        all.release();

        assertThat(chained).isCompleted();
        assertThat(budget.free()).isEqualTo(30);
    }

    @Test
    void refusesNonsense() {
        assertThatThrownBy(() -> new ByteBudget(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> budget.acquire(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThat(budget.free()).isEqualTo(100);
    }

    @Test
    void neverLendsMoreThanThereIsAndLosesNothing() throws Exception {
        AtomicLong held = new AtomicLong();
        AtomicLong most = new AtomicLong();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        List<CompletableFuture<Void>> workers = new ArrayList<>();
        for (int seed = 0; seed < 8; seed++) {
            Random random = new Random(seed);
            workers.add(CompletableFuture.runAsync(() -> borrow(random, held, most), threads));
        }

        for (CompletableFuture<Void> worker : workers) {
            worker.get(30, TimeUnit.SECONDS);
        }
        threads.shutdown();

        assertThat(most.get()).isLessThanOrEqualTo(100).isPositive();
        assertThat(budget.free()).isEqualTo(100);
    }

    private void borrow(Random random, AtomicLong held, AtomicLong most) {
        for (int i = 0; i < 2_000; i++) {
            int wish = 1 + random.nextInt(100);
            CompletableFuture<Permit> asked = budget.acquire(wish);
            if (random.nextInt(4) == 0 && asked.cancel(false)) {
                continue;
            }
            Permit permit = granted(asked);
            most.accumulateAndGet(held.addAndGet(wish), Math::max);
            held.addAndGet(-wish);
            permit.release();
        }
    }

    private static Permit granted(CompletableFuture<Permit> asked) {
        try {
            return asked.get(20, TimeUnit.SECONDS);
        } catch (InterruptedException | java.util.concurrent.ExecutionException | TimeoutException e) {
            throw new AssertionError("a wish was never met", e);
        }
    }
}
