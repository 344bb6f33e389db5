"""What Streamlit runs for each act of a user: the frame, and in it the page that the link names."""

from parks.pages import frame

frame.main()
