// A player is loaded when it is tapped: nobody pays for a picture they did not ask for.
export function attach(box) {
  const start = box.querySelector(".player__start");
  start.addEventListener("click", async () => {
    start.disabled = true;
    try {
      if (box.dataset.kind === "embed") embed(box);
      else await stream(box);
      start.remove();
    } catch {
      failed(box);
    }
  });
}

function embed(box) {
  const frame = document.createElement("iframe");
  frame.src = box.dataset.address;
  frame.title = box.dataset.title;
  frame.allow = "fullscreen; autoplay; encrypted-media";
  frame.referrerPolicy = "strict-origin-when-cross-origin";
  frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-presentation");
  frame.className = "player__frame";
  box.append(frame);
}

async function stream(box) {
  const video = document.createElement("video");
  video.controls = true;
  video.playsInline = true;
  video.setAttribute("aria-label", box.dataset.title);
  box.append(video);
  if (video.canPlayType("application/vnd.apple.mpegurl")) {
    video.src = box.dataset.address;
    video.addEventListener("error", () => failed(box));
  } else {
    const { default: Hls } = await import("hls.js/dist/hls.light.mjs");
    const player = new Hls({ enableWorker: false });
    player.on(Hls.Events.ERROR, (_event, { fatal }) => fatal && failed(box));
    player.loadSource(box.dataset.address);
    player.attachMedia(video);
  }
  await video.play().catch(() => {});
}

function failed(box) {
  const words = document.createElement("p");
  words.textContent = box.dataset.failed;
  words.className = "player__failed";
  box.replaceChildren(words);
}
